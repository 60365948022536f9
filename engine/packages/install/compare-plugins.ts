/* What differs in another version of a plugin, for the user who agrees to it. */

import { fieldsOf } from '../../base/json-fields.ts';
import { readYamlDocument } from '../../diagnostic/schema/yaml-document.ts';
import { createTextDocument } from '../../diagnostic/text-document.ts';
import type { Manifest, ManifestField } from '../../plugin/file/manifest.ts';
import type { ComponentFile } from '../../plugin/gate/component-file.ts';
import { readSigned } from '../trust/signature-section.ts';

/** `+` is new, `-` was removed, `~` changed. */
export interface Change {
  readonly sign: '+' | '-' | '~';
  readonly text: string;
}

export interface ChangedPart {
  readonly part: string;
  readonly changes: readonly Change[];
}

/** Parts without a change are left out. */
export function comparePlugins(before: ComponentFile, after: ComponentFile): ChangedPart[] {
  const [old, now] = [before.manifest, after.manifest];
  const parts: [part: string, before: Facts, after: Facts][] = [
    ['plugin', about(old), about(now)],
    ['asks for', capabilities(old), capabilities(now)],
    ['imports', names(before.imports), names(after.imports)],
    ['limits', limits(before), limits(after)],
    ['fields', fields(old), fields(now)],
    ['rules', ruleItems(before), ruleItems(after)],
    ['signed by', names(signers(before)), names(signers(after))],
  ];
  return parts.flatMap(([part, one, other]) => {
    const changes = compare(one, other);
    return changes.length === 0 ? [] : [{ part, changes }];
  });
}

/** By name: the part that is shown, and the part that is compared where that is more. */
type Facts = ReadonlyMap<string, { readonly shown: string; readonly whole?: string }>;

function compare(before: Facts, after: Facts): Change[] {
  const all = [...new Set([...before.keys(), ...after.keys()])].sort();
  return all.flatMap((name): Change[] => {
    const [old, now] = [before.get(name), after.get(name)];
    const line = (shown = ''): string => (shown === '' ? name : `${name}: ${shown}`);
    if (old === undefined) return [{ sign: '+', text: line(now?.shown) }];
    if (now === undefined) return [{ sign: '-', text: line(old.shown) }];
    if ((old.whole ?? old.shown) === (now.whole ?? now.shown)) return [];
    const isShown = old.shown !== now.shown;
    return [{ sign: '~', text: isShown ? line(`${old.shown} → ${now.shown}`) : line() }];
  });
}

function names(all: readonly string[]): Facts {
  return new Map(all.map((name) => [name, { shown: '' }]));
}

function facts(entries: Readonly<Record<string, string>>): Facts {
  return new Map(Object.entries(entries).map(([name, shown]) => [name, { shown }]));
}

function about(manifest: Manifest): Facts {
  const { name, version, world, license, contact, source: origin, initConfigSchema } = manifest;
  const source = origin === undefined ? 'none' : `${origin.name} (${origin.openParams})`;
  const schema = { shown: '', whole: JSON.stringify(initConfigSchema) ?? '' };
  const shown = facts({ name, version, world, license, contact, source });
  return new Map([...shown, ['init configuration', schema]]);
}

function capabilities({ capabilities: { clock, store, queue } }: Manifest): Facts {
  const clockText = clock === false ? [] : [clock === true ? 'clock' : 'clock (optional)'];
  return names([
    ...clockText,
    ...store.map((root) => `store root ${root} (read-only)`),
    ...queue.map((root) => `queue root ${root}`),
  ]);
}

function limits({ limits: enforced }: ComponentFile): Facts {
  return facts({
    memory: `${enforced.memorySizeMax} bytes`,
    call: `${enforced.callTimeMaxMs} ms`,
    start: `${enforced.startTimeMaxMs} ms`,
  });
}

function fields({ extractor }: Manifest): Facts {
  return facts(
    Object.fromEntries((extractor?.fields ?? []).map((field) => [field.name, typeOf(field)])),
  );
}

function typeOf({ type, isList, argument }: ManifestField): string {
  const list = isList ? 'list of ' : '';
  const { kind } = argument;
  return `${list}${type}${kind === 'none' ? '' : `, by ${kind}`}`;
}

/** Rules, macros and lists that it carries, each with all that stands there. */
function ruleItems({ attachments: { rules } }: ComponentFile): Facts {
  if (rules === undefined) return new Map();
  const text = Buffer.from(rules.bytes).toString('utf8');
  const { value } = readYamlDocument(createTextDocument(rules.name, text));
  const items = Array.isArray(value) ? value.map(fieldsOf) : [];
  return new Map(
    items.flatMap((item) => {
      const kind = ['rule', 'macro', 'list'].find((one) => typeof item[one] === 'string');
      const fact = { shown: '', whole: JSON.stringify(item) };
      return kind === undefined ? [] : [[`${kind} ${String(item[kind])}`, fact] as const];
    }),
  );
}

function signers({ bytes }: ComponentFile): string[] {
  const signed = readSigned(bytes);
  if (signed === undefined || 'kind' in signed) return [];
  return signed.signatures.map(({ keyId }) => `the key ${keyId} (not verified)`);
}
