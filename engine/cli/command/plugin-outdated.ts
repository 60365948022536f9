/* `tiercel plugin outdated`: asks where the plugins of the lock came from. */

import { printableLines } from '../../base/printable.ts';
import { findOutdated, type Outlook } from '../../packages/install/outdated.ts';
import { EXIT } from '../console/exit-code.ts';
import { openPlace } from '../console/open-place.ts';
import { renderTable } from '../console/table.ts';
import { say, type Terminal } from '../console/terminal.ts';
import type { ListArguments } from './plugin-installed.ts';
import { refuse } from './refuse.ts';

export async function outdatedCommand(
  args: Omit<ListArguments, 'kind'>,
  terminal: Terminal,
): Promise<number> {
  const { value: place, diagnostics } = openPlace(args.config);
  if (place === undefined) return refuse(diagnostics, args, terminal);
  const outlooks = await findOutdated(place.lock);
  const isUnknown = outlooks.some(({ problem }) => problem !== undefined);
  const code = isUnknown ? EXIT.incomplete : EXIT.ok;
  if (args.isJson) {
    const shown = outlooks.map(({ newest = null, reference = null, problem = null, ...rest }) => ({
      ...rest,
      newest,
      reference,
      problem,
    }));
    terminal.stdout.write(`${printableLines(JSON.stringify(shown, null, 2))}\n`);
    return code;
  }
  const outdated = outlooks.filter(({ isOutdated }) => isOutdated);
  const text =
    outdated.length === 0
      ? `nothing is outdated (${outlooks.length} installed)`
      : renderTable(
          { columns: ['plugin', 'installed', 'newest', 'install'], rows: rowsOf(outdated) },
          'text',
        );
  terminal.stdout.write(`${printableLines(text)}\n`);
  for (const { name, problem } of outlooks)
    if (problem !== undefined)
      say(terminal, printableLines(`not known of \`${name}\`: ${problem}`));
  return code;
}

function rowsOf(outlooks: readonly Outlook[]): string[][] {
  return outlooks.map(({ name, version, newest = '-', reference = '-' }) => [
    name,
    version,
    newest,
    reference,
  ]);
}
