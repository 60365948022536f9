import type { RunOptions } from '../../run/engine/run-options.ts';

type Progress = Parameters<NonNullable<RunOptions['onProgress']>>[0];

import { countOf, formatBytes } from '../../base/quantity.ts';
import type { Terminal } from './terminal.ts';

const BAR_WIDTH = 24;

/** A line on standard error that is written over; nothing at all when that is not a terminal. */
export class ProgressBar {
  readonly #terminal: Terminal;
  #isShown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get isWanted(): boolean {
    return this.#terminal.stderr.isTTY === true;
  }

  show(progress: Progress): void {
    const { events, bytesRead, bytesTotal, alerts, elapsedMs } = progress;
    const seconds = Math.max(elapsedMs / 1000, 0.001);
    const rate = bytesRead / seconds;
    const parts = [countOf(events, 'event'), `${formatBytes(rate)}/s`, countOf(alerts, 'alert')];
    if (bytesTotal !== undefined && bytesTotal > 0) {
      const share = Math.min(1, bytesRead / bytesTotal);
      const left = rate > 0 ? Math.ceil((bytesTotal - bytesRead) / rate) : 0;
      parts.unshift(barOf(share));
      if (share < 1) parts.push(`${left} s left`);
    }
    this.#write(parts);
  }

  /** Progress of a download. */
  showBytes(receivedBytes: number, totalBytes: number | undefined): void {
    if (!this.isWanted) return;
    const bar = totalBytes === undefined ? [] : [barOf(Math.min(1, receivedBytes / totalBytes))];
    this.#write([...bar, formatBytes(receivedBytes)]);
  }

  #write(parts: readonly string[]): void {
    const width = (this.#terminal.stderr.columns ?? 80) - 1;
    this.#terminal.stderr.write(`\r\u001b[K${parts.join('  ').slice(0, width)}`);
    this.#isShown = true;
  }

  clear(): void {
    if (this.#isShown) this.#terminal.stderr.write('\r\u001b[K');
    this.#isShown = false;
  }
}

function barOf(share: number): string {
  const filled = Math.round(share * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.round(share * 100)} %`;
}
