import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { ItemPlace } from './item-place.ts';
import type { ReadContext } from './read-context.ts';
import {
  fail,
  findPair,
  innerPlace,
  type NodeContext,
  readText,
  resolveNode,
  spanOf,
} from './yaml-item.ts';

const SEMVER = /^(\d+)\.(\d+)\.(\d+)/;

/** Same major, and at least the required one. */
export function isCompatible(actual: string, required: string): boolean {
  const have = SEMVER.exec(actual)?.slice(1, 4).map(Number) ?? [];
  const want = SEMVER.exec(required)?.slice(1, 4).map(Number) ?? [];
  const [major = 0, minor = 0, patch = 0] = have;
  const [wantMajor = 0, wantMinor = 0, wantPatch = 0] = want;
  if (major !== wantMajor) return false;
  return minor !== wantMinor ? minor > wantMinor : patch >= wantPatch;
}

export function isVersion(text: string): boolean {
  return /^\d+\.\d+\.\d+$/.test(text);
}

/** A number N stands for 0.N.0. */
export function readEngineVersion(map: YAMLMap, root: ItemPlace, context: ReadContext): ItemPlace {
  const span = spanOf(map as Node);
  const place = innerPlace(root, { itemType: 'required_engine_version', itemName: '' }, span);
  const { text } = readText(map, 'required_engine_version', { document: context.document, place });
  // Falco reads over blanks before it.
  const trimmed = text.trimStart();
  const required = /^\d+$/.test(trimmed) ? `0.${trimmed}.0` : trimmed;
  if (!isVersion(required)) {
    fail(place, {
      message: `Unable to parse engine version '${text}' as a semver string. Expected "x.y.z" semver format.`,
      hint: `write \`required_engine_version: ${context.engineVersion}\``,
    });
  }
  if (!isCompatible(context.engineVersion, required)) {
    fail(place, {
      falcoCode: 'LOAD_ERR_VALIDATE',
      code: 'RULE_VERSION',
      message: `Rules require engine version ${required}, but engine version is ${context.engineVersion}`,
    });
  }
  return place;
}

interface NamedVersion {
  readonly name: string;
  readonly version: string;
}

export function readPluginVersions(map: YAMLMap, root: ItemPlace, context: ReadContext): ItemPlace {
  const value = resolveNode(findPair(map, 'required_plugin_versions')?.value, context.document);
  const place = innerPlace(
    root,
    { itemType: 'required plugin versions', itemName: '' },
    spanOf(value ?? (map as Node)),
  );
  if (!isSeq(value)) {
    return fail(place, { message: 'Value of required_plugin_versions must be a sequence' });
  }
  for (const node of value.items as (Node | null)[]) {
    const entry = readNamedVersion(node, 'required plugin versions entry', {
      document: context.document,
      place,
    });
    const alternatives = [entry.version];
    const nodes = resolveNode(findPair(entry.map, 'alternatives')?.value, context.document);
    if (nodes !== undefined) {
      if (!isSeq(nodes)) {
        fail(entry.place, { message: 'Value of plugin version alternatives must be a sequence' });
      } else {
        for (const alternative of nodes.items as (Node | null)[]) {
          const inner = { document: context.document, place: entry.place };
          const read = readNamedVersion(alternative, 'required plugin versions alternative', inner);
          if (alternatives.some(({ name }) => name === read.version.name)) {
            fail(entry.place, {
              falcoCode: 'LOAD_ERR_VALIDATE',
              code: 'RULE_VERSION',
              message: `Defined multiple alternative version requirements for plugin '${read.version.name}'`,
            });
          }
          alternatives.push(read.version);
        }
      }
    }
    context.collector.pluginRequirements.push({ alternatives });
  }
  return place;
}

function readNamedVersion(
  node: Node | null,
  itemType: string,
  { document, place }: NodeContext,
): { version: NamedVersion; map: YAMLMap; place: ItemPlace } {
  const nameNode = isMap(node) ? findPair(node, 'name')?.value : undefined;
  const itemName = isScalar(nameNode) ? String(nameNode.value) : '';
  const inner = innerPlace(place, { itemType, itemName }, spanOf(node));
  if (!isMap(node)) fail(inner, { message: 'Plugin version must be a mapping' });
  const map = node as YAMLMap;
  const context = { document, place: inner };
  const name = readText(map, 'name', context).text;
  const version = readText(map, 'version', context).text;
  if (!isVersion(version)) {
    fail(inner, {
      falcoCode: 'LOAD_ERR_VALIDATE',
      code: 'RULE_VERSION',
      message: `Invalid required version '${version}' for plugin '${name}'`,
      hint: 'write major.minor.patch, such as 0.10.0',
    });
  }
  return { version: { name, version }, map, place: inner };
}

/** Falco: in a group the first plugin whose *name* is loaded decides. */
export function findUnmetRequirement(
  requirements: readonly { readonly alternatives: readonly NamedVersion[] }[],
  loaded: readonly NamedVersion[],
): string | undefined {
  for (const { alternatives } of requirements) {
    const wanted = alternatives.find(({ name }) => loaded.some((plugin) => plugin.name === name));
    if (wanted === undefined) {
      const list = alternatives.map(({ name, version }) => `${name} (>= ${version})`).join(', ');
      return `Plugin requirement not satisfied, must load one of: ${list}`;
    }
    const plugin = loaded.find(({ name }) => name === wanted.name);
    if (plugin !== undefined && !isCompatible(plugin.version, wanted.version)) {
      return (
        `Plugin '${plugin.name}' version '${plugin.version}' is not compatible with ` +
        `required plugin version '${wanted.version}'`
      );
    }
  }
  return undefined;
}
