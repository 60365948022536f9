import { systemErrorTextAt } from '../base/system-error.ts';
import type { Config } from '../config/config.ts';
import { type Checked, createDiagnostic } from '../diagnostic/diagnostic.ts';
import { AlertTail } from './alert-tail.ts';
import type { ServiceStatus } from './health.ts';
import type { WebServer } from './web-server.ts';

export interface OpenWebServer {
  readonly server: WebServer;
  readonly url: string;
}

/** Where the configuration asks for one; what it needs is loaded only then. */
export async function openWebServer(
  config: Config,
  status: () => ServiceStatus,
  onProblem: (message: string) => void,
): Promise<Checked<OpenWebServer>> {
  const { webserver } = config;
  if (webserver === undefined) return { value: undefined, diagnostics: [] };
  const { WebServer } = await import('./web-server.ts');
  const { readAlertHistory } = await import('./alert-history.ts');
  const tail = new AlertTail({
    channel: config.pageChannel,
    earlier: webserver.hasPage ? await readAlertHistory(config) : [],
  });
  const server = new WebServer({ ...webserver, status, onProblem, tail });
  try {
    return { value: { server, url: await server.open() }, diagnostics: [] };
  } catch (error) {
    const reason = systemErrorTextAt(error);
    const { address, port } = webserver;
    const message = `web server on ${address}:${port} cannot be started: ${reason}`;
    const diagnostics = [createDiagnostic('WEBSERVER_UNUSABLE', { message })];
    return { value: undefined, diagnostics };
  }
}
