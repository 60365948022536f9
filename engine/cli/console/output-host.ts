import type { Config } from '../../config/config.ts';
import type { OutputHost } from '../../outputs/open-outputs.ts';
import { paintPriority, type Terminal } from './terminal.ts';

/** Outputs as they are on a command line: standard output is the terminal's, and alerts have colors there. */
export function outputHost(
  { alertFormat }: Config,
  terminal: Terminal,
  onWarning: (text: string) => void,
): OutputHost {
  const { stdout, color } = terminal;
  const isText =
    alertFormat.shape === undefined ? !alertFormat.jsonOutput : alertFormat.shape.kind === 'text';
  const isPainted = color && stdout.isTTY === true && isText;
  return { stdout, paint: isPainted ? paintPriority : undefined, onWarning };
}
