import { describe, expect, it } from 'vitest';
import { createDiagnostic } from '../../../engine/diagnostic/diagnostic.ts';
import { renderText, toJson } from '../../../engine/diagnostic/render.ts';
import { createTextDocument } from '../../../engine/diagnostic/text-document.ts';

const text = `first: line\ncondition: ${'ct.name = a or '.repeat(20)}ct.usr = b\n`;
const document = createTextDocument('rules.yaml', text);
const start = text.indexOf('ct.usr');
const diagnostic = createDiagnostic('CONDITION_UNKNOWN_FIELD', {
  message: 'unknown field `ct.usr`',
  primary: { document, span: { start, end: start + 'ct.usr'.length }, text: 'here' },
  hint: 'did you mean `ct.user`?',
});

describe('a diagnostic', () => {
  it.each([undefined, 200, 80, 40, 10])(
    'points at its place on a terminal of %s columns',
    (columns) => {
      const lines = renderText([diagnostic], { color: false, columns }).split('\n');
      const [shown = '', carets = ''] = lines.filter((line) => line.includes(' | '));
      const at = carets.indexOf('^');
      expect(shown.slice(at, carets.lastIndexOf('^') + 1)).toBe('ct.usr');
      if (columns !== undefined && columns >= 40) {
        for (const line of [shown, carets]) expect(line.length).toBeLessThanOrEqual(columns);
      }
    },
  );

  it('has its position, code and hint in JSON', () => {
    expect(toJson([diagnostic])).toEqual([
      {
        code: 'CONDITION_UNKNOWN_FIELD',
        severity: 'error',
        falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
        message: 'unknown field `ct.usr`',
        position: {
          file: 'rules.yaml',
          line: 2,
          character: 'condition: '.length + 'ct.name = a or '.length * 20 + 1,
        },
        hint: 'did you mean `ct.user`?',
      },
    ]);
  });

  it('cannot drive the terminal with what a file holds', () => {
    const hostile = createTextDocument('x', '\u001b[2J\u202eevil');
    const primary = { document: hostile, span: { start: 0, end: 4 }, text: 'here' };
    const shown = renderText(
      [createDiagnostic('RULE_SHAPE', { message: 'a\u001b[2Jb', primary })],
      { color: false },
    );
    expect(shown).not.toMatch(/[\u001b\u202e]/);
  });
});
