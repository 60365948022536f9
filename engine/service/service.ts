/*
 * What a run offers beside its alerts while it goes on: the web server, snapshots of its counts, rules that are read
 * again, and files that are opened again when others have moved them.
 */

import type { Config } from '../config/config.ts';
import type { Alert } from '../detect/alert/alert.ts';
import type { Checked } from '../diagnostic/diagnostic.ts';
import type { OutputSet } from '../outputs/delivery/output-set.ts';
import type { Engine } from '../run/engine/engine.ts';
import type { ServiceStatus } from './health.ts';
import { takeSnapshots } from './metrics-snapshots.ts';
import { type OpenWebServer, openWebServer } from './open-web-server.ts';
import { Reloader, type ReloaderOptions } from './reloader.ts';
import { reopenOnSignals } from './reopen-on-signals.ts';
import { UsedFiles } from './used-files.ts';
import type { WebServer } from './web-server.ts';

export interface ServiceOptions {
  readonly engine: Engine;
  readonly config: Config;
  /** `undefined` if there is none. */
  readonly configFile: string | undefined;
  /** Reads the configuration again. */
  readonly loadConfig: () => Checked<Config>;
  readonly outputs: OutputSet;
  /** What could not be done, and does not end the run. */
  readonly onWarning: (text: string) => void;
  readonly onReload: ReloaderOptions['onReload'];
}

/** No value where the web server cannot be started; nothing else was begun then. */
export async function openService(options: ServiceOptions): Promise<Checked<Service>> {
  const { engine, config, configFile, outputs, onWarning } = options;
  const files = new UsedFiles(configFile);
  files.update(engine, config);
  const status = (): ServiceStatus => ({
    engine: engine.status(),
    outputs: outputs.reports,
    setting: files.setting,
  });
  const { value: web, diagnostics } = await openWebServer(config, status, onWarning);
  if (diagnostics.length > 0) return { value: undefined, diagnostics };
  return { value: new Service(options, { files, status, web }), diagnostics };
}

interface ServiceParts {
  readonly files: UsedFiles;
  readonly status: () => ServiceStatus;
  readonly web: OpenWebServer | undefined;
}

export class Service {
  /** Where a person sees the run; `undefined`: the configuration asks for no web server. */
  readonly url: string | undefined;
  readonly #web: WebServer | undefined;
  readonly #reloader: Reloader;
  readonly #reopener: { release(): void };
  readonly #endSnapshots: () => Promise<void>;

  constructor(options: ServiceOptions, { files, status, web }: ServiceParts) {
    const { engine, config, configFile, loadConfig, outputs, onWarning, onReload } = options;
    this.url = web?.url;
    this.#web = web?.server;
    this.#reloader = new Reloader({
      engine,
      config,
      configFile,
      loadConfig,
      onReload: (ruleCount, ...others) => {
        onReload(ruleCount, ...others);
        if (ruleCount !== undefined) files.update(engine, loadConfig().value ?? config);
      },
    });
    this.#reopener = reopenOnSignals(() => outputs.reopen(), onWarning);
    this.#endSnapshots = takeSnapshots({
      config,
      status,
      deliver: (alerts) => outputs.deliver(alerts),
      say: onWarning,
    });
  }

  /** Alerts that people see on the page while they are on their way. */
  show(alerts: readonly Alert[]): void {
    this.#web?.tail.add(alerts);
  }

  /** Before outputs are closed: no more snapshots; resolves when those that were taken are written. */
  endSnapshots(): Promise<void> {
    return this.#endSnapshots();
  }

  async close(): Promise<void> {
    this.#reloader.close();
    this.#reopener.release();
    await this.#endSnapshots();
    await this.#web?.close();
  }
}
