/* Standard input, `-`, or by the names that shells give it. */

import { type LocationKind, measureNothing, type Place } from './location-kind.ts';

export type StandardInputLocation = Place<'standard-input'>;

export const STANDARD_INPUT: LocationKind<StandardInputLocation> = {
  supply: 'once',
  pattern: /^(?:-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/,
  parse: () => ({ kind: 'standard-input', text: '-' }),
  check: () => [],
  measure: measureNothing,
};
