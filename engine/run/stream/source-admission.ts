/*
 * What a source that is a process may send, and when. The shape of its messages is held elsewhere (message-shape.ts);
 * here is how many of them there may be, in which order, and whose names they bear. Whatever breaks this is thrown, and
 * is the end of that process.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { LIMITS } from '../../base/limits.ts';
import { PLUGIN_FAULT_KINDS } from '../../plugin/abi/plugin-instance.ts';
import type { StoreMessage } from '../../store/protocol/store-protocol.ts';
import type { RunFault, SourceMessage, SourceNotes } from './stream-protocol.ts';

const OUTSTANDING_MAX = LIMITS.storeRequestsMax.value;
const MESSAGES_PER_MS = LIMITS.processMessagesMax.value / 1_000;
/** So many may come at once. */
const BURST = LIMITS.processMessagesMax.value;

const ANSWERS: ReadonlySet<StoreMessage['kind']> = new Set([
  'entries',
  'messages',
  'settled',
  'opened',
  'refused',
  'bytes',
]);

export class SourceAdmission {
  readonly #plugin: string;
  readonly #nowMs: () => number;
  #isOpen = false;
  /** Requests to its store that were not answered. */
  #outstanding = 0;
  #credit: number = BURST;
  #countedAtMs: number;

  /** `plugin`: the one in the process, whatever it calls itself. */
  constructor(plugin: string, nowMs = () => SYSTEM_CLOCK.monotonicMs()) {
    this.#plugin = plugin;
    this.#nowMs = nowMs;
    this.#countedAtMs = nowMs();
  }

  /** The message, with the names that it should have. */
  admit(message: SourceMessage): SourceMessage {
    this.#count();
    switch (message.kind) {
      case 'open':
        if (this.#isOpen) throw new Error('is open again');
        this.#isOpen = true;
        return message;
      case 'batch':
        if (!this.#isOpen) throw new Error('events before it is open');
        return { ...message, notes: message.notes && this.#own(message.notes) };
      case 'notes':
        return { ...message, notes: this.#own(message.notes) };
      case 'failed':
        return { ...message, fault: this.#ownFault(message.fault) };
      case 'store':
        if ('id' in message.request || message.request.kind === 'read') this.#ask();
        return message;
      default:
        return message;
    }
  }

  /** The store has said something to it. */
  answered({ kind }: StoreMessage): void {
    if (ANSWERS.has(kind)) this.#outstanding = Math.max(0, this.#outstanding - 1);
  }

  #ask(): void {
    this.#outstanding += 1;
    if (this.#outstanding > OUTSTANDING_MAX)
      throw new Error(`more than ${OUTSTANDING_MAX} requests without waiting for answers`);
  }

  #count(): void {
    const nowMs = this.#nowMs();
    const earned = MESSAGES_PER_MS * (nowMs - this.#countedAtMs);
    this.#countedAtMs = nowMs;
    this.#credit = Math.min(BURST, this.#credit + earned) - 1;
    if (this.#credit < 0) throw new Error(`more than ${BURST} messages a second`);
  }

  #own(notes: SourceNotes): SourceNotes {
    const { lines, unlisted } = notes.log;
    const plugin = this.#plugin;
    const count = [...unlisted.values()].reduce((sum, one) => sum + one, 0);
    return {
      ...notes,
      log: {
        lines: lines.map((line) => ({ ...line, plugin })),
        unlisted: count === 0 ? new Map() : new Map([[plugin, count]]),
      },
    };
  }

  #ownFault({ kind, message }: RunFault): RunFault {
    const known = PLUGIN_FAULT_KINDS.find((one) => one === kind) ?? 'crash';
    return { plugin: this.#plugin, kind: known, message, eventNumber: undefined };
  }
}
