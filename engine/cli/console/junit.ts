/* Results of points in the XML that test reporters of build servers read. */

import type { PointResult } from '../../tools/conformance/conformance.ts';

export function junitOf(plugin: string, results: readonly PointResult[]): string {
  const count = (outcome: PointResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const seconds = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const attributes = [
    `name="${toXml(plugin)}"`,
    `tests="${results.length}"`,
    `failures="${count('failed')}"`,
    `skipped="${count('skipped')}"`,
    `time="${seconds.toFixed(3)}"`,
  ].join(' ');
  const cases = results.map((result) => caseOf(plugin, result));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite ${attributes}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf(plugin: string, { point, outcome, message, milliseconds }: PointResult): string {
  const time = (milliseconds / 1000).toFixed(3);
  const head = `    <testcase classname="${toXml(plugin)}" name="${point}" time="${time}"`;
  if (outcome === 'passed') return `${head}/>`;
  const element = outcome === 'failed' ? 'failure' : 'skipped';
  return `${head}><${element} message="${toXml(message)}"/></testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** XML 1.0 has no way to write other control characters. */
function toXml(text: string): string {
  const plain = [...text]
    .map((character) => (isControl(character) ? '\ufffd' : character))
    .join('');
  return plain.replaceAll(/[&<>"\n]/g, (character) => ENTITIES[character] ?? character);
}

function isControl(character: string): boolean {
  return character < ' ' && character !== '\n' && character !== '\t';
}
