/* What comes of the events of a batch. */

import type { Alert } from '../../detect/alert/alert.ts';
import type { PluginFault } from '../../plugin/abi/plugin-instance.ts';

/** A fault of an extractor, with the event that was found to cause it. */
export interface EvaluationFault {
  readonly fault: PluginFault;
  readonly eventNumber: number;
}

/** Events of which some rules could not be judged. */
export interface PartialEvaluation {
  readonly firstEventNumber: number;
  readonly eventCount: number;
  /** Names of the plugins that gave nothing. */
  readonly plugins: readonly string[];
  readonly rulesNotEvaluated: readonly string[];
}

export interface EvaluationResult {
  readonly alerts: Alert[];
  readonly partial: PartialEvaluation[];
  readonly faults: EvaluationFault[];
  /** What was wrong with the batch, where nothing of it could be read. */
  readonly unreadable?: string;
}
