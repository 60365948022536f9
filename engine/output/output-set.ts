/*
 * All outputs of a run. One that fails ends alone: the others get every alert, and what the failed one
 * did not get is counted. A reader that went away (`| head`) ends its output without being a loss.
 */

import type { Alert } from '../alert/alert.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Output } from './output.ts';

export interface EndedOutput {
  readonly name: string;
  /** What the system said: `ENOSPC: no space left on device, write`. */
  readonly reason: string;
  /** The reader closed it: it wanted no more. */
  readonly isClosedByReader: boolean;
  /** Alerts that it was not given, or that may not have arrived. */
  readonly undelivered: number;
}

interface Member {
  readonly output: Output;
  end: { readonly reason: string; readonly isClosedByReader: boolean } | undefined;
  undelivered: number;
}

export class OutputSet {
  readonly #members: readonly Member[];
  readonly #onEnd: (ended: EndedOutput) => void;

  /** `onEnd` is told of each output once, when it fails. */
  constructor(outputs: readonly Output[], onEnd: (ended: EndedOutput) => void) {
    this.#members = outputs.map((output) => ({ output, end: undefined, undelivered: 0 }));
    this.#onEnd = onEnd;
  }

  /** Whether nothing that is delivered would arrive anywhere, though something should. */
  get isOver(): boolean {
    return this.#members.length > 0 && this.#members.every(({ end }) => end !== undefined);
  }

  get ended(): readonly EndedOutput[] {
    return this.#members.flatMap(({ output, end, undelivered }) =>
      end === undefined ? [] : [{ name: output.name, ...end, undelivered }],
    );
  }

  /** One error for each output that cannot be used. */
  async open(): Promise<readonly Diagnostic[]> {
    const diagnostics: Diagnostic[] = [];
    for (const member of this.#members) {
      const { output } = member;
      try {
        await output.open();
      } catch (error) {
        const message = `${output.name} cannot be opened: ${reasonOf(error)}`;
        if (isClosedByReader(error)) this.#end(member, error);
        else diagnostics.push(createDiagnostic('OUTPUT_UNUSABLE', { message }));
      }
    }
    return diagnostics;
  }

  /** Resolves when every output that is left has the alerts. */
  async deliver(alerts: readonly Alert[]): Promise<void> {
    for (const member of this.#members) {
      if (member.end !== undefined) {
        member.undelivered += alerts.length;
        continue;
      }
      await this.#attempt(member, alerts.length, () => member.output.deliver(alerts));
    }
  }

  async close(): Promise<void> {
    for (const member of this.#members) {
      if (member.end === undefined) await this.#attempt(member, 0, () => member.output.close());
    }
  }

  async #attempt(member: Member, count: number, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      member.undelivered += count;
      this.#end(member, error);
    }
  }

  #end(member: Member, error: unknown): void {
    member.end = { reason: reasonOf(error), isClosedByReader: isClosedByReader(error) };
    this.#onEnd({ name: member.output.name, ...member.end, undelivered: member.undelivered });
  }
}

function isClosedByReader(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
