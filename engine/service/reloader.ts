/*
 * Rules are read again on SIGHUP, and when their files or the configuration change in a run that waits for what comes.
 * Files are polled once a second: there are no notifications on network file systems and behind replaced links, and
 * two looks that see the same say that nobody is writing any more.
 */

import { statSync } from 'node:fs';
import { guarded } from '../base/guard.ts';
import type { Config } from '../config/config.ts';
import {
  type Checked,
  createDiagnostic,
  type Diagnostic,
  hasErrors,
} from '../diagnostic/diagnostic.ts';
import type { Engine } from '../run/engine/engine.ts';

const LOOK_INTERVAL_MS = 1_000;

export interface ReloaderOptions {
  readonly engine: Engine;
  /** In use. */
  readonly config: Config;
  readonly configFile: string | undefined;
  readonly loadConfig: () => Checked<Config>;
  /** `ruleCount`: of those in use now; `undefined`: those before stay. */
  readonly onReload: (
    ruleCount: number | undefined,
    diagnostics: readonly Diagnostic[],
    areOthersChanged: boolean,
  ) => void;
}

export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #onSignal = guarded(
    'reload-signal',
    () => this.reload(),
    (error) => this.#keep(error),
  );
  #timer: NodeJS.Timeout | undefined;
  /** Fingerprints of the configuration read last and of the latest look. */
  #used: string;
  #seen: string;
  #config: Config;
  /** One that is under way, and one that waits for it: any number of signals until then are one. */
  #reloading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#used = this.#signature();
    this.#seen = this.#used;
    process.on('SIGHUP', this.#onSignal);
    if (!options.config.areFilesWatched || !options.engine.isLive) return;
    const look = guarded(
      'reload-look',
      () => this.#look(),
      (error) => this.#keep(error),
    );
    this.#timer = setInterval(look, LOOK_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    process.off('SIGHUP', this.#onSignal);
  }

  /** One after the other; a request that comes while one waits is answered by that one. */
  reload(): Promise<void> {
    this.#next ??= (this.#reloading ?? Promise.resolve()).then(() => {
      this.#next = undefined;
      const reloading = this.#reload();
      this.#reloading = reloading.catch(() => {});
      return reloading;
    });
    return this.#next;
  }

  async #look(): Promise<void> {
    const before = this.#seen;
    this.#seen = this.#signature();
    if (this.#seen === before && this.#seen !== this.#used) await this.reload();
  }

  /** Whatever went wrong: the rules before stay in use. */
  #keep({ message }: Error): void {
    if (this.#isClosed) return;
    const found = createDiagnostic('RULES_NOT_RELOADED', { message });
    this.#options.onReload(undefined, [found], false);
  }

  async #reload(): Promise<void> {
    const { engine, loadConfig, onReload } = this.#options;
    if (this.#isClosed) return;
    this.#used = this.#signature();
    this.#seen = this.#used;
    const { value: config, diagnostics } = loadConfig();
    if (config === undefined || hasErrors(diagnostics)) {
      onReload(undefined, diagnostics, false);
      return;
    }
    const areOthersChanged = fixedPartOf(config) !== fixedPartOf(this.#config);
    const result = await engine.reload(config);
    // The run ends, and its rules with it.
    if (this.#isClosed) return;
    if (result.isUsed) this.#config = config;
    // Files may be named now that were not before.
    this.#used = this.#signature();
    this.#seen = this.#used;
    const found = [...diagnostics, ...result.diagnostics];
    onReload(result.isUsed ? result.ruleCount : undefined, found, areOthersChanged);
  }

  #signature(): string {
    const { configFile, engine } = this.#options;
    const found =
      configFile === undefined
        ? undefined
        : statSync(configFile, { bigint: true, throwIfNoEntry: false });
    const ofConfig = `${found?.ino} ${found?.size} ${found?.mtimeNs}`;
    return `${ofConfig}\n${engine.rulesSignature(this.#config)}`;
  }
}

/** What a reload leaves as it is. */
function fixedPartOf(config: Config): string {
  const { rulesFiles, ruleLoad, ruleMatching, staticFields, alertFormat, ...fixed } = config;
  return JSON.stringify(fixed);
}
