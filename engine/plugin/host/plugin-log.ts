import { LIMITS } from '../../base/limits.ts';
import type { LogLine } from './host-services.ts';

/** What plugins had to say: as many lines as are printed, and how many more there were of which plugin. */
export interface PluginLog {
  readonly lines: readonly LogLine[];
  readonly unlisted: ReadonlyMap<string, number>;
}

/** Each plugin has its own limit; lines beyond it are counted. */
export class LogCollector {
  readonly #listed = new Map<string, number>();
  #lines: LogLine[] = [];
  #unlisted = new Map<string, number>();

  add(line: LogLine): void {
    const count = (this.#listed.get(line.plugin) ?? 0) + 1;
    if (count > LIMITS.logLinesMax.value) {
      this.addUnlisted(line.plugin, 1);
      return;
    }
    this.#listed.set(line.plugin, count);
    this.#lines.push(line);
  }

  addUnlisted(plugin: string, count: number): void {
    this.#unlisted.set(plugin, (this.#unlisted.get(plugin) ?? 0) + count);
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#unlisted.size === 0;
  }

  /** What came since it was asked last; the limits go on. */
  take(): PluginLog {
    const taken = { lines: this.#lines, unlisted: this.#unlisted };
    this.#lines = [];
    this.#unlisted = new Map();
    return taken;
  }
}
