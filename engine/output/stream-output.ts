import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Alert } from '../alert/alert.ts';
import type { Output } from './output.ts';

/** How one line looks on this stream; without it lines are as they are. */
export type Decorate = (alert: Alert) => string;

/** Alerts to a stream that is already open (standard output), one a line; waits when the reader is slow. */
export class StreamOutput implements Output {
  readonly name: string;
  readonly #stream: Writable;
  readonly #decorate: Decorate;
  #failure: Error | undefined;

  constructor(name: string, stream: Writable, decorate: Decorate = ({ line }) => line) {
    this.name = name;
    this.#stream = stream;
    this.#decorate = decorate;
    stream.on('error', (error) => {
      this.#failure = error;
    });
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const text = `${alerts.map(this.#decorate).join('\n')}\n`;
    if (this.#stream.write(text)) return;
    await Promise.race([once(this.#stream, 'drain'), once(this.#stream, 'close')]);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    // The last write may still be on its way, and may still fail.
    await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    if (this.#failure !== undefined) throw this.#failure;
  }
}
