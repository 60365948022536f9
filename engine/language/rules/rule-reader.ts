/*
 * One rules file into the collector, item by item, in order. The first error ends the file, as in Falco;
 * what came before it stays collected.
 */

import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { didYouMean } from '../../base/did-you-mean.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { ItemPlace } from './item-place.ts';
import { LoadError, type LoadFinding } from './load-finding.ts';
import type { ReadContext, Warning } from './read-context.ts';
import { itemPlace, readListItem, readMacroItem } from './read-list-and-macro.ts';
import { readRuleItem } from './read-rule.ts';
import { readEngineVersion, readPluginVersions } from './read-versions.ts';
import { readRulesDocument } from './rules-document.ts';
import { SeenNames, warnOfRepeatedKeys } from './warn-of-repeats.ts';
import { fail, findPair, hasKey, innerPlace, resolveNode, spanOf } from './yaml-item.ts';

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
  /** Errors of all items; Falco stops at the first one. */
  readonly errors: readonly LoadFinding[];
  readonly warnings: readonly LoadFinding[];
  /** Those that Falco has: found before the first error. */
  readonly falcoWarnings: readonly LoadFinding[];
}

export function readRulesFile(
  text: TextDocument,
  options: Pick<ReadContext, 'collector' | 'knownSources' | 'engineVersion' | 'checkField'>,
): ReadResult {
  const document = readRulesDocument(text);
  const warnings: LoadFinding[] = [];
  const warn = (warning: Warning, place: ItemPlace): void => {
    warnings.push({
      falcoCode: warning.falcoCode,
      falcoMessage: warning.message,
      code: warning.code,
      message: undefined,
      place,
      at: place,
      hint: warning.hint,
    });
  };
  const itemCount = document.contents.reduce(
    (count, contents) => count + (isSeq(contents) ? contents.items.length : 0),
    0,
  );
  const errors: LoadFinding[] = [];
  let warningsBeforeError: number | undefined;
  const onError = (): void => {
    warningsBeforeError ??= warnings.length;
  };
  const report = ({ findings }: LoadError): void => {
    errors.push(...findings);
    if (errors.length > 0) onError();
  };
  try {
    readDocuments({ ...options, document, warn, onError }, report);
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    report(error);
  }
  return { itemCount, errors, warnings, falcoWarnings: warnings.slice(0, warningsBeforeError) };
}

type ReportError = (error: LoadError) => void;

/** Errors of one item are reported; throws `LoadError` for those that end the file. */
function readDocuments(context: ReadContext, report: ReportError): void {
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
      ...document.error,
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
    else
      for (const node of contents.items)
        withReport(() => readItem(node as Node | null, root, context, names), {
          node: node as Node | null,
          root,
          context,
          report,
        });
  }
}

/** An item with errors is named as such: what refers to it is not wrong. */
function withReport(
  read: () => void,
  {
    node,
    root,
    context,
    report,
  }: {
    readonly node: Node | null;
    readonly root: ItemPlace;
    readonly context: ReadContext;
    readonly report: ReportError;
  },
): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    report(error);
    const { broken, isExhausted } = context.collector;
    // A file for another version is not expected to make sense in this one.
    const isOfOther = isMap(node) && hasKey(node, 'required_engine_version');
    if (isOfOther || isExhausted) throw new LoadError([]);
    if (!isMap(node)) return;
    for (const kind of ['list', 'macro', 'rule'] as const) {
      const name = findPair(node, kind)?.value;
      if (!isScalar(name)) continue;
      broken[kind].add(String(name.value));
      // A misspelt key may be the reason why another one is missing.
      warnOfUnknownKeys(node, { kind, place: itemPlace(node, kind, kind, root) }, context);
      return;
    }
  }
}

function readItem(
  node: Node | null,
  root: ItemPlace,
  context: ReadContext,
  names: SeenNames,
): void {
  if (node === null || context.document.isNull(node)) return;
  if (isAlias(node)) {
    const target = resolveNode(node, context.document);
    if (target !== undefined) {
      readItem(target, root, context, names);
      return;
    }
    fail(root, {
      falcoCode: 'LOAD_ERR_YAML_PARSE',
      code: 'RULE_YAML_SYNTAX',
      message: 'the referenced anchor is not defined',
      detail: `\`*${node.source}\` names no anchor before it`,
      hint: `write \`&${node.source}\` where it is defined, or put the text in quotes`,
      span: spanOf(node),
    });
  }
  const span = spanOf(node);
  const contentPlace = innerPlace(root, { itemType: 'rules content item', itemName: '' }, span);
  if (!isMap(node)) {
    fail(contentPlace, {
      message: 'Unexpected element type. Each element should be a yaml associative array.',
    });
  }
  const map = node as YAMLMap;
  const kind = Object.keys(KEYS).find((key) => hasKey(map, key));
  if (kind === undefined) {
    context.warn(
      {
        code: 'RULE_UNKNOWN_ITEM',
        falcoCode: 'LOAD_UNKNOWN_ITEM',
        message: 'Unknown top level item',
        hint: 'an item is a `rule`, `macro` or `list`',
      },
      contentPlace,
    );
    return;
  }
  const place = readers[kind]?.(map, root, context);
  if (place === undefined) return;
  warnOfRepeatedKeys(map, place, context);
  names.warnOfRepeated(map, context);
  warnOfUnknownKeys(map, { kind, place }, context);
}

function warnOfUnknownKeys(
  map: YAMLMap,
  { kind, place }: { readonly kind: string; readonly place: ItemPlace },
  context: ReadContext,
): void {
  for (const pair of map.items) {
    const key = String((pair.key as { value?: unknown } | null)?.value ?? '');
    if (!KEYS[kind]?.includes(key)) {
      const message = `Unknown key '${key}'. The key will be ignored.`;
      const at = { ...place, span: spanOf(pair.key as Node | null) };
      const near = didYouMean(key, KEYS[kind] ?? []);
      const hint = near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
      context.warn(
        { code: 'RULE_UNKNOWN_KEY', falcoCode: 'LOAD_UNKNOWN_KEY', message, ...hint },
        at,
      );
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
