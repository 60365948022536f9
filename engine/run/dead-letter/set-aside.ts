/* Out of the result of a batch, the events that some rules were not evaluated for. */

import type { EventBatch } from '../../plugin/abi/plugin-instance.ts';
import type { EventWithoutPlugin, SettledJob } from '../evaluate/evaluation-protocol.ts';
import type { NumberedBatch } from '../stream/stream-protocol.ts';
import type { DeadLetter, LetterFault } from './dead-letter.ts';

/** Where the events come from. */
export interface LetterSender {
  readonly stream: string;
  readonly source: string;
}

/** `events`: events of the batch, where they lie. The returned ones have bytes of their own. */
export function setAside(
  sender: LetterSender,
  batch: NumberedBatch,
  result: SettledJob,
  events: () => EventBatch,
): DeadLetter[] {
  const parts = result.partial.filter(({ rulesNotEvaluated }) => rulesNotEvaluated.length > 0);
  if (parts.length === 0) return [];
  const { data, spans, times } = events();
  return parts.flatMap(({ firstEventNumber, eventCount, plugins, rulesNotEvaluated }) =>
    Array.from({ length: eventCount }, (_, index): DeadLetter => {
      const event = firstEventNumber + index;
      const row = event - batch.firstEventNumber;
      return {
        ...sender,
        event,
        time: times[row] ?? 0n,
        firstTime: batch.firstTime,
        faults: plugins.map((plugin) => faultOf(plugin, event, result)),
        rules: rulesNotEvaluated,
        bytes: data.slice(spans[2 * row], spans[2 * row + 1]),
      };
    }),
  );
}

/** Keeps the alerts of `rules` in a result of events that are evaluated again; the other rules gave theirs before. */
export function onlyOfRules(result: SettledJob, rules: ReadonlySet<string>): SettledJob {
  const isMeant = (rule: string): boolean => rules.has(rule);
  return {
    ...result,
    alerts: result.alerts.filter(({ rule }) => isMeant(rule)),
    partial: result.partial
      .map((part) => ({ ...part, rulesNotEvaluated: part.rulesNotEvaluated.filter(isMeant) }))
      .filter(({ rulesNotEvaluated }) => rulesNotEvaluated.length > 0),
  };
}

function faultOf(
  plugin: string,
  event: number,
  { faults, withoutPlugin }: SettledJob,
): LetterFault {
  const isMeant = (one: Pick<EventWithoutPlugin, 'plugin'> & { eventNumber: number | undefined }) =>
    one.plugin === plugin && one.eventNumber === event;
  const fault = faults.find(isMeant) ?? withoutPlugin.find(isMeant);
  if (fault !== undefined) return { plugin, kind: fault.kind, message: fault.message };
  return {
    plugin,
    kind: 'quarantined',
    message: 'had too many faults and was switched off',
  };
}
