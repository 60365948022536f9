import { cpSync } from 'node:fs';
import type { Alert } from '../../engine/detect/alert/alert.ts';
import type { RetryOptions } from '../../engine/outputs/delivery/retry-options.ts';
import { RetryQueue } from '../../engine/outputs/delivery/retry-queue.ts';
import type { Output } from '../../engine/outputs/transport/output.ts';
import { OutputFault } from '../../engine/outputs/transport/output-fault.ts';

/** What it does with each delivery is decided by `behave`, which may throw; else it takes them. */
class TestedOutput implements Output {
  readonly name = 'tested';
  readonly lines: string[] = [];
  readonly sizes: number[] = [];
  behave: (alerts: readonly Alert[]) => unknown = () => {};

  async open(): Promise<void> {}

  async deliver(alerts: readonly Alert[]): Promise<void> {
    this.sizes.push(alerts.length);
    try {
      await this.behave(alerts);
    } catch (error) {
      const taken = error instanceof OutputFault ? error.taken : 0;
      for (const { line } of alerts.slice(0, taken)) this.lines.push(line);
      throw error;
    }
    for (const { line } of alerts) this.lines.push(line);
  }

  async close(): Promise<void> {}
}

export const away = (taken = 0): never => {
  throw new OutputFault('away', 'away', { taken });
};
export const refused = (): never => {
  throw new OutputFault('refused', 'bad alert');
};

export async function setUp(options: Partial<RetryOptions> = {}) {
  const output = new TestedOutput();
  const said: string[] = [];
  const queue = new RetryQueue(output, {
    batchSizeMax: 100,
    triesMax: undefined,
    pauseMinMs: 1,
    pauseMaxMs: 4,
    spool: undefined,
    deadLetters: undefined,
    say: (message) => said.push(message),
    ...options,
  });
  await queue.open();
  return { output, queue, said };
}
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** A spool changes while it is copied: what was kept before is what counts, and what has arrived after. */
export async function copyAsKilled(
  from: string,
  to: string,
  kept: () => number,
  output: TestedOutput,
): Promise<{ kept: number; lines: string[] }> {
  const before = kept();
  cpSync(from, to, { recursive: true });
  return { kept: before, lines: [...output.lines] };
}
