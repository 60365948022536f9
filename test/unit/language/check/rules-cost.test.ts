/* Texts that cost far more to read than to write: what is too large is reported, soon, and never thrown. */

import { describe, expect, it } from 'vitest';
import { createTextDocument } from '../../../../engine/diagnostic/text-document.ts';
import { loadRuleset } from '../../../../engine/language/load/load-ruleset.ts';

const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');
/** Each macro names the one before. */
const chain = (depth: number, of: (macro: string) => string): string =>
  `- macro: m0\n  condition: evt.num > 0\n${many(
    depth,
    (index) => `- macro: m${index + 1}\n  condition: ${of(`m${index}`)}\n`,
  )}`;
const rule = (name: string, condition: string): string =>
  `- {rule: ${name}, desc: d, condition: ${condition}, output: o, priority: INFO, source: test}\n`;

function codesOf(text: string): Map<string, number> {
  const { diagnostics } = loadRuleset({
    documents: [createTextDocument('rules.yaml', text)],
    catalogs: new Map(),
    plugins: [],
    options: { minimumPriority: 'Debug', selections: [], appendOutput: [] },
  });
  const counts = new Map<string, number>();
  for (const { code } of diagnostics) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

describe('rules that cost more than they may', () => {
  it.each<[name: string, text: string, code: string]>([
    [
      'macros 5,000 deep',
      chain(5_000, (macro) => `not ${macro}`) + rule('r', 'm5000'),
      'RULES_TOO_LARGE',
    ],
    ['macros that double', chain(60, (macro) => `${macro} or ${macro}`), 'RULES_TOO_LARGE'],
    [
      'macros in a circle of 2,000',
      many(2_000, (index) => `- {macro: m${index}, condition: m${(index + 1) % 2_000}}\n`),
      'RULE_UNKNOWN_MACRO',
    ],
    ['20,000 unknown items', '- {foo: 1}\n'.repeat(20_000), 'RULE_UNKNOWN_ITEM'],
    ['400,000 items', '- {macro: m, condition: evt.num > 0}\n'.repeat(400_000), 'RULE_YAML_SYNTAX'],
    [
      'a list that 200,000 places name',
      `- {list: l, items: [${many(30, () => 'abc, ')}x]}\n- macro: m\n  condition: a in (${many(200_000, () => 'l, ')}x)\n`,
      'RULES_TOO_LARGE',
    ],
    [
      'lists of lists without end',
      `- {list: l, items: [${many(10_000, (index) => `a${index}, `)}x]}\n- {list: all, items: [${many(1_000, () => 'l, ')}x]}\n`,
      'RULES_TOO_LARGE',
    ],
    ['a name of 2,000 characters', rule('n'.repeat(2_000), 'evt.num > 0'), 'RULES_TOO_LARGE'],
    [
      '20,000 tags',
      `- rule: r\n  desc: d\n  condition: evt.num > 0\n  output: o\n  priority: INFO\n  source: test\n  tags: [${many(20_000, (index) => `t${index}, `)}x]\n`,
      'RULES_TOO_LARGE',
    ],
    [
      'a text that is appended to 40,000 times',
      `- {macro: m, condition: evt.num > 0}\n${'- {macro: m, condition: or evt.num > 0, append: true}\n'.repeat(40_000)}`,
      'RULES_TOO_LARGE',
    ],
  ])('are refused or reported: %s', (_, text, code) => {
    const counts = codesOf(text);
    expect([...counts.keys()]).toContain(code);
    // However many there are, a few hundred are shown.
    expect(Math.max(...counts.values())).toBeLessThan(250);
  });

  it('may be nested as deep as anybody writes them', () => {
    const text = chain(400, (macro) => `not ${macro}`);
    expect([...codesOf(text).keys()]).not.toContain('RULES_TOO_LARGE');
  });

  it('may share macros, whose text is read once', () => {
    const text =
      chain(10, (macro) => `${macro} or ${macro}`) + many(300, (i) => rule(`r${i}`, 'm10'));
    expect([...codesOf(text).keys()]).not.toContain('RULES_TOO_LARGE');
  });
});
