// What becomes of `throw` and of a failed assertion.

import { LogLevel, log } from './log';

/** asc calls this for failed assertions and `throw`: a line in the log, then a trap. */
// @ts-ignore: decorator
@global
export function tiercelAbort(message: string | null, file: string | null, line: u32, column: u32): void {
  log(
    LogLevel.Error,
    (message ? message : 'abort') + ' in ' + (file ? file : '?') + ':' + line.toString() + ':' + column.toString(),
  );
  unreachable();
}
