/*
 * What becomes of a plugin that fails, in one place. Pure: history, fault and time in, history and decision out.
 *
 * | who       | when                                      | decision                                              |
 * |-----------|-------------------------------------------|-------------------------------------------------------|
 * | anybody   | says at start that it cannot (`error`)    | give-up-stream: the operator has to change something  |
 * | source    | at start                                  | give-up-stream                                        |
 * | source    | says that the stream is over (`error`)    | give-up-stream                                        |
 * | source    | else, up to twice without progress        | restart-source, after a pause that doubles            |
 * | source    | without progress again, or past its budget| give-up-stream                                        |
 * | source    | of a stream without an end that was open  | restart-source, after a pause that doubles            |
 * | source    | else, with more time lost than allowed    | give-up-stream                                        |
 * | extractor | at start                                  | quarantine                                            |
 * | extractor | is `slow`, or has lost more time          | quarantine                                            |
 * | extractor | does not come back from several events    | retry, one event at a time                            |
 * | extractor | else, with several events                 | bisect                                                |
 * | extractor | with one event                            | without-plugin, and past its budget quarantine        |
 */

import {
  afterFault,
  afterLoss,
  type FaultBudget,
  type FaultHistory,
  type LostTime,
} from './fault-budget.ts';

export interface FaultCase {
  readonly side: 'source' | 'extractor';
  /** `start`: instantiate, init, open, configure for the first time. */
  readonly phase: 'start' | 'call';
  /** As in `PluginFaultKind`: what matters here is `error`, `deadline` and `slow`. */
  readonly kind: string;
  /** Milliseconds that it took for nothing. */
  readonly lostMs?: number;
  /** How many events an extractor was given; it may be any one of them. */
  readonly eventCount: number;
  /** True for a source whose stream has no end and was open before. */
  readonly isEndless?: boolean;
}

export type FaultDecision =
  /** The same events again, one at a time: a worker that was ended cannot say which one it was at. */
  | 'retry'
  /** A fresh instance, and the events in two halves. */
  | 'bisect'
  /** A fresh instance; this event is evaluated without it. */
  | 'without-plugin'
  /** A fresh instance, where the stream stood. */
  | 'restart-source'
  /** Not called any more: its fields are absent, and known to be so. */
  | 'quarantine'
  | 'give-up-stream';

export interface PluginHistory {
  readonly budget: FaultHistory | undefined;
  readonly lost?: LostTime | undefined;
  /** Faults of a source since it last gave an event. */
  readonly withoutProgress: number;
}

export interface Judgement {
  readonly history: PluginHistory;
  readonly decision: FaultDecision;
  /** Before the decision is carried out, in milliseconds. */
  readonly pauseMs: number;
}

export const NO_FAULTS: PluginHistory = Object.freeze({ budget: undefined, withoutProgress: 0 });

/** A source that fails so often without an event between is given up. */
const WITHOUT_PROGRESS_MAX = 3;
const FIRST_PAUSE_MS = 100;
const PAUSE_MAX_MS = 60_000;

export function decide(
  before: PluginHistory,
  fault: FaultCase,
  nowMs: number,
  budget: FaultBudget,
): Judgement {
  const lost = fault.lostMs && afterLoss(before.lost, fault.lostMs, nowMs, budget);
  const history = lost ? { ...before, lost } : before;
  const same = (decision: FaultDecision): Judgement => ({ history, decision, pauseMs: 0 });
  if (fault.side === 'source') {
    if (fault.isEndless === true) return decideEndless(history);
    if (fault.phase === 'start' || fault.kind === 'error') return same('give-up-stream');
    return decideSource(history, nowMs, budget);
  }
  if (fault.phase === 'start')
    return same(fault.kind === 'error' ? 'give-up-stream' : 'quarantine');
  if (fault.kind === 'slow' || hasLostTooMuch(history, budget)) return same('quarantine');
  const isWorkerLost = fault.kind === 'deadline' || fault.kind === 'crash';
  if (fault.eventCount > 1) return same(isWorkerLost ? 'retry' : 'bisect');
  const after = afterFault(history.budget, nowMs, budget);
  return {
    history: { ...history, budget: after.history },
    decision: after.decision === 'quarantine' ? 'quarantine' : 'without-plugin',
    pauseMs: 0,
  };
}

function decideSource(history: PluginHistory, nowMs: number, budget: FaultBudget): Judgement {
  const after = afterFault(history.budget, nowMs, budget);
  const withoutProgress = history.withoutProgress + 1;
  const isOver =
    withoutProgress >= WITHOUT_PROGRESS_MAX ||
    after.decision === 'quarantine' ||
    hasLostTooMuch(history, budget);
  return {
    history: { ...history, budget: after.history, withoutProgress },
    decision: isOver ? 'give-up-stream' : 'restart-source',
    pauseMs: isOver ? 0 : pauseAfter(withoutProgress),
  };
}

function hasLostTooMuch({ lost }: PluginHistory, { lostMsMax }: FaultBudget): boolean {
  return lost !== undefined && lost.ms >= lostMsMax;
}

/** What ails it may pass: a folder that comes back, a disk that has room again. */
function decideEndless(history: PluginHistory): Judgement {
  const withoutProgress = history.withoutProgress + 1;
  return {
    history: { ...history, withoutProgress },
    decision: 'restart-source',
    pauseMs: pauseAfter(withoutProgress),
  };
}

function pauseAfter(withoutProgress: number): number {
  return Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** (withoutProgress - 1));
}
