/* Which files a run was configured with, and their digests: operators compare them over machines. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Engine } from '../run/engine/engine.ts';
import type { FileDigest, ServiceSetting } from './health.ts';

/** `undefined` where nobody looks: `/metrics` alone shows it. */
export class UsedFiles {
  readonly #configFile: string | undefined;
  #setting: ServiceSetting | undefined;

  constructor(configFile: string | undefined) {
    this.#configFile = configFile;
  }

  get setting(): ServiceSetting | undefined {
    return this.#setting;
  }

  /** As they are now, when they were read. */
  update(engine: Engine, config: Config): void {
    if (config.webserver?.hasMetrics !== true) return;
    this.#setting = {
      hostname: config.alertFormat.hostname,
      rulesFiles: engine.rulesFiles(config).flatMap(digestOf),
      configFiles: this.#configFile === undefined ? [] : digestOf(this.#configFile),
    };
  }
}

function digestOf(path: string): FileDigest[] {
  try {
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    return [{ name: basename(path), sha256 }];
  } catch {
    // It was removed while it was read: the reader of the rules has reported it.
    return [];
  }
}
