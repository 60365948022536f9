/*
 * One rules file into the collector, item by item, in order. The first error ends the file, as in Falco;
 * what came before it stays collected.
 */

import { isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import { didYouMean } from '../../base/did-you-mean.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import { LoadError, type LoadFinding } from './load-finding.ts';
import type { ReadContext, Warning } from './read-context.ts';
import { readListItem, readMacroItem } from './read-list-and-macro.ts';
import { readRuleItem } from './read-rule.ts';
import { readEngineVersion, readPluginVersions } from './read-versions.ts';
import type { ItemPlace } from './rule-item.ts';
import { readRulesDocument } from './rules-document.ts';
import { SeenNames, warnOfRepeatedKeys } from './warn-of-repeats.ts';
import { fail, hasKey, innerPlace, spanOf } from './yaml-item.ts';

const KEYS: Readonly<Record<string, readonly string[]>> = {
  required_engine_version: ['required_engine_version'],
  required_plugin_versions: ['required_plugin_versions'],
  list: ['list', 'items', 'append', 'override'],
  macro: ['macro', 'condition', 'append', 'override'],
  rule: [
    'rule',
    'condition',
    'output',
    'desc',
    'priority',
    'source',
    'enabled',
    'tags',
    'exceptions',
    'append',
    'override',
    'warn_evttypes',
    'skip-if-unknown-filter',
    'capture',
    'capture_duration',
  ],
};

/** Keys by which a configuration is recognised that was given as a rules file. */
const CONFIGURATION_KEYS = ['rules_files', 'load_plugins', 'plugins', 'json_output', 'engine'];

export interface ReadResult {
  /** Number of items read, versions included. */
  readonly itemCount: number;
  readonly error: LoadFinding | undefined;
  readonly warnings: readonly LoadFinding[];
}

export function readRulesFile(
  text: TextDocument,
  options: Pick<ReadContext, 'collector' | 'knownSources' | 'engineVersion' | 'isField'>,
): ReadResult {
  const document = readRulesDocument(text);
  const warnings: LoadFinding[] = [];
  const warn = (warning: Warning, place: ItemPlace): void => {
    warnings.push({
      falcoCode: warning.falcoCode,
      falcoMessage: warning.message,
      code: 'RULE_WARNING',
      message: undefined,
      locations: place.locations,
      documentName: place.documentName,
      span: place.span,
      hint: warning.hint,
    });
  };
  const itemCount = document.contents.reduce(
    (count, contents) => count + (isSeq(contents) ? contents.items.length : 0),
    0,
  );
  try {
    readDocuments({ ...options, document, warn });
    return { itemCount, error: undefined, warnings };
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    return { itemCount, error: error.finding, warnings };
  }
}

function readDocuments(context: ReadContext): void {
  const { document } = context;
  const { name } = document.document;
  const root: ItemPlace = {
    documentName: name,
    span: { start: 0, end: 0 },
    locations: [{ itemType: 'rules content', itemName: '', offset: 0 }],
  };
  if (document.error !== undefined) {
    fail(root, {
      falcoCode: 'LOAD_ERR_YAML_PARSE',
      code: 'RULE_YAML_SYNTAX',
      message: document.error.message,
      span: document.error.span,
      ...tabHint(document.document.text, document.error.span.start),
    });
  }
  const names = new SeenNames();
  for (const contents of document.contents) {
    if (contents === null || document.isNull(contents)) continue;
    const span = spanOf(contents);
    if (isMap(contents))
      fail(
        { ...root, span },
        {
          message: 'Rules content is not yaml array of objects',
          hint: CONFIGURATION_KEYS.some((key) => hasKey(contents, key))
            ? `this looks like a configuration: \`tiercel validate -c ${name}\``
            : 'begin each item with `- `',
        },
      );
    if (!isSeq(contents)) fail({ ...root, span }, { message: 'Rules content is not yaml' });
    else for (const node of contents.items) readItem(node as Node | null, root, context, names);
  }
}

/** YAML takes blanks alone for indentation, and its errors do not say so. */
function tabHint(text: string, offset: number): { hint?: string } {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const hasTab = /^\s*\t/.test(text.slice(lineStart));
  return hasTab ? { hint: 'indent with blanks: YAML does not take tabs' } : {};
}

function readItem(
  node: Node | null,
  root: ItemPlace,
  context: ReadContext,
  names: SeenNames,
): void {
  if (node === null || context.document.isNull(node)) return;
  const span = spanOf(node);
  const itemPlace = innerPlace(root, { itemType: 'rules content item', itemName: '' }, span);
  if (!isMap(node)) {
    fail(itemPlace, {
      message: 'Unexpected element type. Each element should be a yaml associative array.',
    });
  }
  const map = node as YAMLMap;
  const kind = Object.keys(KEYS).find((key) => hasKey(map, key));
  if (kind === undefined) {
    context.warn(
      {
        falcoCode: 'LOAD_UNKNOWN_ITEM',
        message: 'Unknown top level item',
        hint: 'an item is a `rule`, `macro` or `list`',
      },
      itemPlace,
    );
    return;
  }
  const place = readers[kind]?.(map, root, context);
  if (place === undefined) return;
  warnOfRepeatedKeys(map, place, context);
  names.warnOfRepeated(map, context);
  for (const pair of map.items) {
    const key = String((pair.key as { value?: unknown } | null)?.value ?? '');
    if (!KEYS[kind]?.includes(key)) {
      const message = `Unknown key '${key}'. The key will be ignored.`;
      const at = { ...place, span: spanOf(pair.key as Node | null) };
      const near = didYouMean(key, KEYS[kind] ?? []);
      const hint = near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
      context.warn({ falcoCode: 'LOAD_UNKNOWN_KEY', message, ...hint }, at);
    }
  }
}

type ItemReader = (map: YAMLMap, root: ItemPlace, context: ReadContext) => ItemPlace;

const readers: Readonly<Record<string, ItemReader>> = {
  required_engine_version: readEngineVersion,
  required_plugin_versions: readPluginVersions,
  list: readListItem,
  macro: readMacroItem,
  rule: readRuleItem,
};
