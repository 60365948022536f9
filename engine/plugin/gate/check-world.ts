/*
 * The world of a component against the released WIT: the functions and types that are there, and nothing more. Imports
 * may be fewer (toolchains leave out what is not used), exports may not.
 */

import { WIT_COMPONENT } from '#generated/wit-v0_1';
import { isWasi, type WasiInterface } from '../abi/wasi.ts';
import type { Exports } from '../file/component-types.ts';
import { type ComponentWorld, readWorld } from '../file/component-world.ts';
import type { Manifest } from '../file/manifest.ts';

const PACKAGE = 'tiercel:plugin/';
const SHOWN_SIZE_MAX = 120;

let released: ComponentWorld | undefined;

/** What is wrong, as the rest of a sentence about the plugin. */
export function findWorldFault(world: ComponentWorld, manifest: Manifest): string | undefined {
  released ??= readWorld(Buffer.from(WIT_COMPONENT, 'base64'));
  for (const [name, item] of world.imports) {
    if (isWasi(name) && item.sort === 'instance') {
      const fault = findWasiFault(item.exports);
      if (fault !== undefined) return `imports \`${name}\` ${fault}`;
      continue;
    }
    const expected = released.imports.get(name);
    if (item.sort !== 'instance' || expected?.sort !== 'instance') {
      return `imports \`${name}\`, which is no interface of ${manifest.world}`;
    }
    const fault = compareInterfaces(item.exports, expected.exports);
    if (fault !== undefined) return `imports \`${name}\` ${fault}`;
  }
  const [worldName = '', version] = manifest.world.split('@');
  const wanted = ['plugin', 'source', 'extractor']
    .filter((part) => part === 'plugin' || worldName.includes(part))
    .map((part) => `${PACKAGE}${part}@${version}`);
  for (const [name, item] of world.exports) {
    const expected = released.exports.get(name);
    if (item.sort !== 'instance' || expected?.sort !== 'instance' || !wanted.includes(name)) {
      return `exports \`${name}\`, which its world ${manifest.world} has not`;
    }
    const fault =
      compareInterfaces(item.exports, expected.exports) ??
      findMissing(item.exports, expected.exports);
    if (fault !== undefined) return `exports \`${name}\` ${fault}`;
  }
  const missing = wanted.find((name) => !world.exports.has(name));
  if (missing === undefined) return undefined;
  return `does not export \`${missing}\`, which its world ${manifest.world} has`;
}

/** Lists of lists would be copied out of the guest many times over before anything can be checked. */
function findWasiFault(found: Exports): string | undefined {
  for (const [name, item] of found) {
    if (item.sort !== 'func') continue;
    const [parameters = ''] = item.text.split(' -> ');
    if (/list<(?!u8>|borrow<)/.test(parameters)) return `with \`${name}\` that takes such lists`;
  }
  return undefined;
}

/** The interfaces of WASI among the imports. */
export function findWasi({ imports }: ComponentWorld): WasiInterface[] {
  return [...imports].flatMap(([importName, item]): WasiInterface[] => {
    if (!isWasi(importName) || item.sort !== 'instance') return [];
    const members = [...item.exports];
    const functions = members.flatMap(([name, { sort }]) => (sort === 'func' ? name : []));
    const resources = members.flatMap(([name, one]) =>
      one.sort === 'type' && one.text.startsWith('resource ') ? name : [],
    );
    return [{ name: importName.replace(/@.*$/, ''), functions, resources }];
  });
}

function compareInterfaces(found: Exports, expected: Exports): string | undefined {
  for (const [name, item] of found) {
    const wanted = expected.get(name);
    if (wanted === undefined || !('text' in item) || !('text' in wanted)) {
      return `with the unknown \`${name}\``;
    }
    if (item.sort === wanted.sort && item.text === wanted.text) continue;
    const [is, expectedIs] = partWays(item.text, wanted.text);
    return `with \`${name}\` as \`${is}\`, expected \`${expectedIs}\``;
  }
  return undefined;
}

function findMissing(found: Exports, expected: Exports): string | undefined {
  for (const [name, { sort }] of expected) {
    if (sort === 'func' && !found.has(name)) return `without \`${name}\``;
  }
  return undefined;
}

/** Two texts from a little before where they part. */
function partWays(first: string, second: string): [string, string] {
  let at = 0;
  while (at < first.length && first[at] === second[at]) at += 1;
  const start = at <= SHOWN_SIZE_MAX / 2 ? 0 : at - SHOWN_SIZE_MAX / 4;
  const cut = (text: string): string => {
    const end = start + SHOWN_SIZE_MAX;
    const before = start === 0 ? '' : '…';
    return `${before}${text.slice(start, end)}${text.length > end ? '…' : ''}`;
  };
  return [cut(first), cut(second)];
}
