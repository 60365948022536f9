import { relative } from 'node:path';
import { expect, it } from 'vitest';
import { createDiagnostic } from '../../../engine/diagnostic/diagnostic.ts';
import { toSarif } from '../../../engine/diagnostic/render-sarif.ts';
import { createTextDocument } from '../../../engine/diagnostic/text-document.ts';

it('gives a result for each diagnostic, with its place, its code and the other places', () => {
  const document = createTextDocument(
    '/project/my rules/a.yaml',
    '- rule: A\n  condition: ct.usr = 1\n',
  );
  const elsewhere = createTextDocument('/other/b.yaml', '- macro: m\n');
  const label = { document, span: { start: 23, end: 29 }, text: 'here' };
  const found = [
    createDiagnostic('CONDITION_UNKNOWN_FIELD', {
      message: 'unknown field `ct.usr`',
      primary: label,
      context: [{ document: elsewhere, span: { start: 2, end: 7 }, text: 'the macro' }],
      hint: 'did you mean `ct.user`?',
    }),
    createDiagnostic('CONFIG_FOUND', { message: 'using tiercel.yaml' }),
  ];
  expect(
    toSarif(found, { version: '1.2.3', pathOf: (name) => relative('/project', name) }),
  ).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'tiercel',
            version: '1.2.3',
            rules: [{ id: 'CONDITION_UNKNOWN_FIELD' }, { id: 'CONFIG_FOUND' }],
          },
        },
        results: [
          {
            ruleId: 'CONDITION_UNKNOWN_FIELD',
            ruleIndex: 0,
            level: 'error',
            message: { text: 'unknown field `ct.usr`\nhint: did you mean `ct.user`?' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'my%20rules/a.yaml' },
                  region: { startLine: 2, startColumn: 14, endLine: 2, endColumn: 20 },
                },
              },
            ],
            relatedLocations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: '../other/b.yaml' },
                  region: { startLine: 1, startColumn: 3 },
                },
                message: { text: 'the macro' },
              },
            ],
          },
          { ruleId: 'CONFIG_FOUND', ruleIndex: 1, level: 'note', locations: [] },
        ],
      },
    ],
  });
});
