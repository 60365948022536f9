import type { YAMLMap } from 'yaml';
import { didYouMean } from '../../base/did-you-mean.ts';
import { PRIORITIES, type Priority } from '../../base/priority.ts';
import type { ItemPlace } from './item-place.ts';
import { LoadError, PartReader } from './load-finding.ts';
import { joinTexts, type PlacedText, placeInFile, plainText, slicePlaced } from './placed-text.ts';
import type { ReadContext } from './read-context.ts';
import { completeException, readExceptions } from './read-exceptions.ts';
import { itemPlace } from './read-list-and-macro.ts';
import { readAppend, readOverride } from './read-override.ts';
import { mergeExceptions, type PartialException } from './rule-collector.ts';
import type { RuleException, RuleItem } from './rule-item.ts';
import {
  checkOptionalNumber,
  fail,
  hasKey,
  innerPlace,
  readOptionalBoolean,
  readOptionalText,
  readText,
  readTextSequence,
} from './yaml-item.ts';

const APPENDABLE = ['condition', 'output', 'desc', 'tags', 'exceptions'] as const;
const REPLACEABLE = [
  ...APPENDABLE,
  'priority',
  'enabled',
  'capture',
  'capture_duration',
  'warn_evttypes',
  'skip-if-unknown-filter',
] as const;

export function readRuleItem(map: YAMLMap, root: ItemPlace, context: ReadContext): ItemPlace {
  const place = itemPlace(map, 'rule', 'rule', root);
  const name = readText(map, 'rule', { document: context.document, place }).text;
  const rule = { map, place, name, context };
  if (readAppend(map, place, context)) appendRule(rule);
  else {
    const override = readOverride(
      map,
      place,
      {
        append: APPENDABLE,
        replace: REPLACEABLE,
        free: ['rule', 'override'],
      },
      context,
    );
    if (override !== undefined) overrideRule(rule, override);
    else if (isToggle(map)) toggleRule(rule);
    else defineRule(rule);
  }
  return place;
}

interface RuleBeingRead {
  readonly map: YAMLMap;
  readonly place: ItemPlace;
  readonly name: string;
  readonly context: ReadContext;
}

/** `{rule, enabled}` alone sets the flag of an earlier rule. */
function isToggle(map: YAMLMap): boolean {
  const isDefinition = ['condition', 'output', 'desc', 'priority'].some((key) => hasKey(map, key));
  return !isDefinition && hasKey(map, 'enabled');
}

function toggleRule({ map, place, name, context }: RuleBeingRead): void {
  context.warn(
    {
      code: 'RULE_DEPRECATED',
      falcoCode: 'LOAD_DEPRECATED_ITEM',
      message:
        "The standalone 'enabled' key usage is deprecated. The correct approach requires also " +
        "a 'replace' entry under the 'override' key (i.e. 'enabled: replace').",
    },
    place,
  );
  const message = "Rule has 'enabled' key but no rule by that name already exists";
  const known = findTarget({ map, place, name, context }, message);
  const isEnabled = readOptionalBoolean(map, 'enabled', { document: context.document, place });
  context.collector.changeRule(known, { isEnabled: isEnabled ?? true });
}

function readPriority(map: YAMLMap, place: ItemPlace, context: ReadContext): Priority {
  const written = readText(map, 'priority', { document: context.document, place });
  const { text } = written;
  const wanted = text.toLowerCase() === 'info' ? 'informational' : text.toLowerCase();
  const priority = PRIORITIES.find((one) => one.toLowerCase() === wanted);
  if (priority !== undefined) return priority;
  const near = didYouMean(text, [...PRIORITIES, 'INFO']);
  const priorityPlace = innerPlace(place, { itemType: 'rule priority', itemName: '' }, place.span);
  return fail(priorityPlace, {
    code: 'RULE_PRIORITY',
    message: 'Invalid priority',
    detail: `unknown priority \`${text}\``,
    at: placeInFile(written, { start: 0, end: text.length }),
    hint: near === undefined ? `one of ${PRIORITIES.join(', ')}` : `did you mean \`${near}\`?`,
  });
}

function defineRule({ map, place, name, context }: RuleBeingRead): void {
  const nodeContext = { document: context.document, place };
  const parts = new PartReader(context.onError);
  const text = (key: string): PlacedText =>
    parts.read(() => readText(map, key, nodeContext), plainText(''));
  const flag = (key: string, fallback: boolean): boolean =>
    parts.read(() => readOptionalBoolean(map, key, nodeContext), undefined) ?? fallback;
  const condition = text('condition');
  const output = text('output');
  const description = text('desc').text;
  const priority = parts.read(() => readPriority(map, place, context), 'Debug');
  const written = parts.read(() => readOptionalText(map, 'source', nodeContext)?.text, undefined);
  const source = written ?? 'syscall';
  const known = context.collector.rules.get(name);
  if (known !== undefined && known.source !== source)
    parts.read(() => failSource(place), undefined);
  const isKnownSource = context.knownSources.has(source);
  if (!isKnownSource) {
    const message = `Unknown source ${source}, skipping`;
    const near = didYouMean(source, context.knownSources);
    const hint = near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
    const code = 'RULE_UNKNOWN_SOURCE';
    context.warn({ code, falcoCode: 'LOAD_UNKNOWN_SOURCE', message, ...hint }, place);
  }
  const isEnabled = flag('enabled', true);
  // There is nothing to capture; Falco checks what is written.
  flag('capture', false);
  parts.read(() => checkOptionalNumber(map, 'capture_duration', nodeContext), undefined);
  const tags = parts.read(() => readTextSequence(map, 'tags', nodeContext), undefined) ?? [];
  const exceptions = parts.read(() => readExceptions(map, place, context), undefined) ?? [];
  const rule = {
    name,
    place,
    condition,
    output: trimmed(output),
    description,
    priority,
    source,
    hasSource: written !== undefined,
    isKnownSource,
    isEnabled,
    tags: tagSet(tags),
    exceptions: exceptions.flatMap((one) =>
      parts.read(() => [complete(one, { source, isKnownSource }, context)], []),
    ),
    skipsUnknownFilter: flag('skip-if-unknown-filter', false),
    warnsEventTypes: flag('warn_evttypes', true),
  };
  // Also with errors: its other parts are checked, and the next files may change it.
  context.collector.defineRule(rule);
  parts.end();
}

function failSource(place: ItemPlace): never {
  return fail(place, {
    falcoCode: 'LOAD_ERR_VALIDATE',
    code: 'RULE_SOURCE_CHANGED',
    message: 'Rule has been re-defined with a different source',
  });
}

function complete(
  exception: PartialException,
  { source, isKnownSource }: Pick<RuleItem, 'source' | 'isKnownSource'>,
  context: ReadContext,
): RuleException {
  const check = isKnownSource ? (field: string) => context.checkField(field, source) : undefined;
  return completeException(exception, check);
}

function trimmed(output: PlacedText): PlacedText {
  const start = output.text.length - output.text.trimStart().length;
  return slicePlaced(output, start, start + output.text.trim().length);
}

function tagSet(tags: readonly string[]): string[] {
  return [...new Set(tags)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function findTarget({ name, place, context }: RuleBeingRead, message: string): RuleItem {
  const known = context.collector.rules.get(name);
  if (known !== undefined) return known;
  if (context.collector.broken.rule.has(name)) throw new LoadError([]);
  const near = didYouMean(name, context.collector.rules.keys());
  return fail(place, {
    falcoCode: 'LOAD_ERR_VALIDATE',
    code: 'RULE_TARGET_MISSING',
    message,
    ...(near === undefined ? {} : { hint: `did you mean \`${near}\`?` }),
  });
}

const NO_APPEND_TARGET =
  "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists";

function checkSource(rule: RuleBeingRead, known: RuleItem): void {
  const nodeContext = { document: rule.context.document, place: rule.place };
  const source = readOptionalText(rule.map, 'source', nodeContext)?.text;
  if (source !== undefined && source !== known.source) failSource(rule.place);
}

function appendRule(rule: RuleBeingRead): void {
  const { map, place, context } = rule;
  const nodeContext = { document: context.document, place };
  const condition = readOptionalText(map, 'condition', nodeContext);
  const exceptions = readExceptions(map, place, context);
  const known = findTarget(rule, NO_APPEND_TARGET);
  checkSource(rule, known);
  if (condition === undefined && exceptions === undefined) {
    fail(place, {
      falcoCode: 'LOAD_ERR_VALIDATE',
      message: 'Appended rule must have exceptions or condition property',
    });
  }
  context.collector.changeRule(known, {
    condition: condition === undefined ? known.condition : joinTexts(known.condition, condition),
    exceptions: appendExceptions(known, exceptions ?? [], context),
  });
}

function appendExceptions(
  known: RuleItem,
  exceptions: readonly PartialException[],
  context: ReadContext,
): readonly RuleException[] {
  return mergeExceptions(known.exceptions, exceptions, {
    complete: (exception) => complete(exception, known, context),
    onProblem: (problem, exception) => {
      const wrong = (message: string): never =>
        fail(exception.place, { falcoCode: 'LOAD_ERR_VALIDATE', code: 'RULE_EXCEPTION', message });
      if (problem === 'fields-of-existing') {
        wrong('Can not append exception fields/comps to existing exception, only values');
      }
      if (problem === 'no-fields') {
        wrong('Rule exception must have fields property with a list of fields');
      }
      const message = 'Overriding/appending exception with no values';
      const code = 'RULE_EXCEPTION_NO_VALUES';
      context.warn({ code, falcoCode: 'LOAD_APPEND_NO_VALUES', message }, exception.place);
      if (problem === 'no-values') {
        wrong('Rule exception must have values property with a list of values');
      }
    },
  });
}

/** Appends first, then replacements (Falco). */
function overrideRule(
  rule: RuleBeingRead,
  override: { append: ReadonlySet<string>; replace: ReadonlySet<string> },
): void {
  const { map, place, context } = rule;
  const { append, replace } = override;
  const nodeContext = { document: context.document, place };
  const message =
    append.size > 0
      ? NO_APPEND_TARGET
      : "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";
  const exceptions =
    append.has('exceptions') || replace.has('exceptions')
      ? readExceptions(map, place, context)
      : undefined;
  const known = findTarget(rule, message);
  checkSource(rule, known);
  const parts = new PartReader(context.onError);
  const text = (key: string, current: PlacedText): PlacedText =>
    parts.read(() => {
      if (append.has(key)) return joinTexts(current, trimmed(readText(map, key, nodeContext)));
      return replace.has(key) ? readText(map, key, nodeContext) : current;
    }, current);
  const tags = parts.read(() => readTextSequence(map, 'tags', nodeContext), undefined) ?? [];
  const flag = (key: string, current: boolean): boolean => {
    if (!replace.has(key)) return current;
    return parts.read(() => readOptionalBoolean(map, key, nodeContext), undefined) ?? current;
  };
  const newExceptions = parts.read(() => {
    if (replace.has('exceptions'))
      return (exceptions ?? []).map((one) => complete(one, known, context));
    if (append.has('exceptions')) return appendExceptions(known, exceptions ?? [], context);
    return known.exceptions;
  }, known.exceptions);
  const changes = {
    condition: text('condition', known.condition),
    output: text('output', known.output),
    description: text('desc', plainText(known.description)).text,
    tags: append.has('tags')
      ? tagSet([...known.tags, ...tags])
      : replace.has('tags')
        ? tagSet(tags)
        : known.tags,
    exceptions: newExceptions,
    priority: replace.has('priority')
      ? parts.read(() => readPriority(map, place, context), known.priority)
      : known.priority,
    isEnabled: flag('enabled', known.isEnabled),
    skipsUnknownFilter: flag('skip-if-unknown-filter', known.skipsUnknownFilter),
    warnsEventTypes: flag('warn_evttypes', known.warnsEventTypes),
  };
  parts.end();
  context.collector.changeRule(known, changes);
}
