import type { Config } from '../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ServiceStatus } from '../serve/health.ts';
import type { WebServer } from '../serve/web-server.ts';

export interface OpenedWebServer {
  readonly server?: WebServer;
  readonly url?: string;
  readonly failure?: Diagnostic;
}

/** Where the configuration asks for one; what it needs is loaded only then. */
export async function openWebServer(
  { webserver }: Config,
  status: () => ServiceStatus,
  onProblem: (message: string) => void,
): Promise<OpenedWebServer> {
  if (webserver === undefined) return {};
  const { WebServer } = await import('../serve/web-server.ts');
  const server = new WebServer({ ...webserver, status, onProblem });
  try {
    return { server, url: await server.open() };
  } catch (error) {
    const reason = (error as Error).message;
    const { address, port } = webserver;
    const message = `web server on ${address}:${port} cannot be started: ${reason}`;
    return { failure: createDiagnostic('WEBSERVER_UNUSABLE', { message }) };
  }
}
