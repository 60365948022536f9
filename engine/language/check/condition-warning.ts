import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { NodePlace } from './check-problem.ts';

export interface ConditionWarning {
  readonly code: DiagnosticCode;
  /** `undefined`: ours alone. */
  readonly falcoCode: 'LOAD_COMPILE_CONDITION' | 'LOAD_UNSAFE_NA_CHECK' | undefined;
  readonly message: string;
  readonly hint?: string;
  readonly at: NodePlace;
}
