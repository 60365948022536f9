/* `install` without a reference: all that the lock names and is not on this machine. */

import { printable } from '../../base/printable.ts';
import type { Kind } from '../../packages/install/file-store.ts';
import { type InstallPlace, restoreMissing } from '../../packages/install/install.ts';
import { EXIT } from '../console/exit-code.ts';
import { ProgressBar } from '../console/progress-bar.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface RestoreArguments {
  readonly kind: Kind;
  readonly isJson: boolean;
}

export async function restoreAll(
  place: InstallPlace,
  args: RestoreArguments,
  terminal: Terminal,
): Promise<number> {
  const bar = new ProgressBar(terminal);
  const { installed, diagnostics } = await restoreMissing(place, args.kind, (...sizes) =>
    bar.showBytes(...sizes),
  );
  bar.clear();
  if (diagnostics.length > 0) return refuse(diagnostics, args, terminal);
  const count = Object.keys(place.lock[args.kind]).length;
  const text =
    installed.length > 0
      ? `installed: ${installed.join(', ')}`
      : `nothing to install: ${count} named by ${place.path}, and here`;
  const shown = JSON.stringify({ installed, lock: place.path });
  terminal.stdout.write(`${args.isJson ? shown : printable(text)}\n`);
  return EXIT.ok;
}
