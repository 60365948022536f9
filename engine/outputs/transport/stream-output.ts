import type { Writable } from 'node:stream';
import type { Alert } from '../../detect/alert/alert.ts';
import type { Output } from './output.ts';

/** How one line looks on this stream; without it lines are as they are. */
export type Decorate = (alert: Alert) => string;

/**
 * Alerts to a stream that is already open (standard output), one a line. A delivery ends when its bytes
 * are with the system: a slow reader is waited for, and a failed write is known to be this one.
 */
export class StreamOutput implements Output {
  readonly name: string;
  readonly #stream: Writable;
  readonly #decorate: Decorate;

  constructor(name: string, stream: Writable, decorate: Decorate = ({ line }) => line) {
    this.name = name;
    this.#stream = stream;
    this.#decorate = decorate;
    // Failures are taken from the callback of the write; without a listener they would end the process.
    stream.on('error', () => {});
  }

  async open(): Promise<void> {
    await this.#write('');
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    await this.#write(`${alerts.map(this.#decorate).join('\n')}\n`);
  }

  async close(): Promise<void> {
    // Every delivery was waited for, and the stream belongs to its opener.
  }

  /** Waiting until the stream is empty would take for ever. */
  abandon(): void {
    this.#stream.destroy();
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(text, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }
}
