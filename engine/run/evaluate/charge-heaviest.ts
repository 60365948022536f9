import type { Column } from '../../event/column/column.ts';
import { PluginFault } from '../../plugin/abi/plugin-instance.ts';
import type { Extractor } from './extractor.ts';

/** A batch that is evaluated in less is of no interest. */
const EVALUATION_SHARE_MS = 100;
/** Values of a batch, beyond twice its events, that no plugin is charged for. */
const FAIR_TEXT_SIZE = 64 << 10;

export interface Evaluated {
  readonly elapsedMs: number;
  readonly columns: readonly Column[];
  /** Bytes of the events. */
  readonly dataSize: number;
}

/**
 * Evaluating and printing what a plugin gave beyond its events goes to its account; a large set of rules over what
 * events have goes to nobody's. The plugin's fault when that was too much.
 */
export function chargeHeaviest(
  extractors: readonly Pick<Extractor, 'textSizeIn' | 'charge'>[],
  { elapsedMs, columns, dataSize }: Evaluated,
): PluginFault | undefined {
  if (elapsedMs < EVALUATION_SHARE_MS) return undefined;
  let heaviest: (typeof extractors)[number] | undefined;
  let most = 2 * dataSize + FAIR_TEXT_SIZE;
  for (const extractor of extractors) {
    const size = extractor.textSizeIn(columns);
    if (size > most) [heaviest, most] = [extractor, size];
  }
  try {
    // It has a share for each event, and its own calls have had that already.
    heaviest?.charge(elapsedMs, 0);
    return undefined;
  } catch (error) {
    if (error instanceof PluginFault) return error;
    throw error;
  }
}
