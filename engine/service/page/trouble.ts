/* What is wrong with a run, and where on the page it is explained. */

import type { PageStatus, PageStream } from '../page-data.ts';
import { countOf } from './dom.ts';

export const TABS = ['alerts', 'streams', 'rules', 'outputs', 'faults'] as const;
export type Tab = (typeof TABS)[number];

export interface Trouble {
  readonly tab: Tab;
  readonly text: string;
}

export interface State {
  readonly text: string;
  readonly mark: 'high' | 'middle' | 'fine';
}

export function streamState({ phase, failure, problem }: PageStream): State {
  if (failure !== undefined) return { text: `given up: ${failure.reason}`, mark: 'high' };
  if (problem !== undefined) return { text: problem, mark: 'high' };
  if (phase === 'pausing') return { text: 'its source failed and is restarted', mark: 'high' };
  const texts = { starting: 'starting', reading: 'reading', over: 'read to its end' };
  return { text: texts[phase], mark: 'fine' };
}

type Output = PageStatus['outputs'][number];

export function outputState({ state, end, lastFault }: Output): State {
  if (end?.isClosedByReader === true) return { text: 'closed by its reader', mark: 'middle' };
  if (state === 'over') return { text: `ended: ${end?.reason ?? ''}`, mark: 'high' };
  if (state === 'held-up')
    return { text: `does not answer, streams wait: ${lastFault}`, mark: 'high' };
  if (state === 'kept')
    return { text: `does not answer, alerts wait on disk: ${lastFault}`, mark: 'high' };
  return lastFault === undefined
    ? { text: 'up', mark: 'fine' }
    : { text: `up; last fault: ${lastFault}`, mark: 'middle' };
}

/** The most important first. */
export function troublesOf(status: PageStatus): Trouble[] {
  return [
    ...status.outputs.flatMap(outputTroubles),
    ...status.streams.flatMap(streamTroubles),
    ...status.plugins.flatMap(pluginTroubles),
    ...ruleTroubles(status),
  ];
}

function outputTroubles(output: Output): Trouble[] {
  const { name, counts, lastFault } = output;
  const state = outputState(output);
  const lost = counts.undelivered + counts.deadLetters;
  const waiting = counts.waiting + counts.spooled;
  const reason = lastFault === undefined ? '' : `: ${lastFault}`;
  const texts = [
    ...(lost > 0 ? [`${countOf(lost, 'alert')} not delivered to ${name}${reason}`] : []),
    ...(state.mark === 'high' && waiting > 0
      ? [`${countOf(waiting, 'alert')} not delivered to ${name} yet${reason}`]
      : []),
    ...(state.mark === 'high' && lost + waiting === 0 ? [`${name}: ${state.text}`] : []),
  ];
  return texts.map((text) => ({ tab: 'outputs', text }));
}

function streamTroubles(stream: PageStream): Trouble[] {
  const { name, lostProblems, eventsInPart } = stream;
  const state = streamState(stream);
  const troubles: Trouble[] = [];
  if (state.mark === 'high') troubles.push({ tab: 'streams', text: `${name}: ${state.text}` });
  if (lostProblems > 0) {
    const text = `${name}: ${countOf(lostProblems, 'part')} of the input not read`;
    troubles.push({ tab: 'faults', text });
  }
  if (eventsInPart > 0) {
    const text = `${name}: ${countOf(eventsInPart, 'event')} evaluated in part`;
    troubles.push({ tab: 'streams', text });
  }
  return troubles;
}

function pluginTroubles({ name, faults, isQuarantined }: PageStatus['plugins'][number]): Trouble[] {
  const count = faults.reduce((sum, fault) => sum + fault.count, 0);
  if (isQuarantined)
    return [{ tab: 'faults', text: `plugin ${name} is switched off: too many faults` }];
  return count === 0 ? [] : [{ tab: 'faults', text: `plugin ${name}: ${countOf(count, 'fault')}` }];
}

function ruleTroubles({ rules }: PageStatus): Trouble[] {
  const count = rules.filter(({ notEvaluated }) => notEvaluated > 0).length;
  if (count === 0) return [];
  return [{ tab: 'rules', text: `${countOf(count, 'rule')} not evaluated for some events` }];
}
