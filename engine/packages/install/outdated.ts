/* Which of the installed plugins there is a newer version of, where they came from. */

import { fetchFile } from './fetch-plugin.ts';
import { compareVersions } from './judge-signer.ts';
import type { Lock } from './lock.ts';
import { parseReference, type RegistryReference } from './reference.ts';
import { listTags, newestVersion } from './registry/registry.ts';

export interface Outlook {
  readonly name: string;
  readonly version: string;
  /** The newest version; `undefined`: unknown. */
  readonly newest: string | undefined;
  readonly isOutdated: boolean;
  /** What to give to `install` for it. */
  readonly reference: string | undefined;
  /** Why it is unknown. */
  readonly problem: string | undefined;
}

export function findOutdated({ plugins }: Lock): Promise<readonly Outlook[]> {
  const entries = Object.entries(plugins);
  return Promise.all(
    entries.map(async ([name, { version, from }]) => {
      const found = await newestOf(from);
      if (typeof found === 'string')
        return {
          name,
          version,
          newest: undefined,
          isOutdated: false,
          reference: undefined,
          problem: found,
        };
      const isOutdated = compareVersions(found.version, version) > 0;
      const reference = isOutdated ? found.reference : undefined;
      return { name, version, newest: found.version, isOutdated, reference, problem: undefined };
    }),
  );
}

interface Newest {
  readonly version: string;
  readonly reference: string;
}

async function newestOf(from: string): Promise<Newest | string> {
  const reference = parseReference(from);
  if (typeof reference === 'string') return reference;
  if (reference.kind === 'registry') return newestTag(reference);
  const { value, diagnostics } = await fetchFile(from.replace(/#sha256=.*$/, ''));
  if (value === undefined) return diagnostics[0]?.message ?? `${from} is no plugin`;
  return { version: value.file.manifest.version, reference: value.from };
}

async function newestTag(reference: RegistryReference): Promise<Newest | string> {
  const tags = await listTags(reference);
  if (typeof tags === 'string') return tags;
  const tag = newestVersion(tags);
  if (tag === undefined) return `${reference.repository} has no tag that is a version`;
  const { registry, repository } = reference;
  return { version: tag.replace(/^v/, ''), reference: `oci://${registry}/${repository}:${tag}` };
}
