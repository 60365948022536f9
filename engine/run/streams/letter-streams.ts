/* What another run set aside, as streams: one for each source, all of the same file. */

import { access, constants, stat } from 'node:fs/promises';
import { systemErrorText } from '../../base/system-error.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { measurePath } from '../../store/location/path-location.ts';
import type { LoadedPlugin } from '../load/load-plugins.ts';
import { START_OF_STREAM } from '../stream/stream-protocol.ts';
import type { StreamPlan } from './stream-plan.ts';

export async function planLetters(
  path: string,
  loaded: readonly LoadedPlugin[],
): Promise<StreamPlan> {
  const plugins = loaded.filter(({ file }) => file.manifest.source !== undefined);
  const sources = plugins.flatMap(({ file }) => file.manifest.source?.name ?? []);
  return {
    plugins,
    diagnostics: await findProblems(path),
    create: () => ({
      streams: plugins.map(({ file }, index) => ({
        name: file.manifest.name,
        // The first one reports what belongs to none of them.
        input: { kind: 'dead-letters', path, knownSources: index === 0 ? sources : undefined },
        state: START_OF_STREAM,
        checkpoint: undefined,
        measureBytes: () => measurePath(path),
      })),
      diagnostics: [],
    }),
  };
}

async function findProblems(path: string): Promise<Diagnostic[]> {
  try {
    await access(path, constants.R_OK);
    if ((await stat(path)).isFile()) return [];
    return [unreadable(`${path} is not a file`)];
  } catch (error) {
    return [unreadable(`${path}: ${systemErrorText(error)}`)];
  }
}

function unreadable(why: string): Diagnostic {
  const message = `cannot read dead letters: ${why}`;
  const hint = 'name the file that was the `dead_letter_file` of the run that set them aside';
  return createDiagnostic('SOURCE_UNREADABLE', { message, hint });
}
