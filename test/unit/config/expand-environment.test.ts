/* Variables of the environment in a configuration: they change values and nothing else, and nobody reads them. */

/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a configuration names variables */

import { afterEach, describe, expect, it } from 'vitest';
import { forgetSecrets, hideSecrets } from '../../../engine/base/secrets.ts';
import { readExpandedYaml } from '../../../engine/config/expand-environment.ts';

const read = (text: string, environment: Record<string, string> = {}) =>
  readExpandedYaml('tiercel.yaml', text, environment);

afterEach(forgetSecrets);

describe('a variable in a configuration', () => {
  it.each<[text: string, value: unknown]>([
    ['a: ${N}', { a: 4 }],
    ['a: "${N}"', { a: '4' }],
    ["a: '${N}'", { a: '4' }],
    ['a: x${N}', { a: 'x4' }],
    ['a: ${YES}', { a: true }],
    ['a: ${MISSING}', { a: '' }],
    ['a: $${N}', { a: '${N}' }],
    ['a: {b: Bearer ${T}, c: [${N}, ${T}]}', { a: { b: 'Bearer tok', c: [4, 'tok'] } }],
    ['${T}: 1', { tok: 1 }],
    // What it holds cannot change the document.
    ['a: ${EVIL}', { a: 'x"\n- b: {c: 1}' }],
    ['a: "${EVIL}"', { a: 'x"\n- b: {c: 1}' }],
    ['a: [${LIST}]', { a: ['[1, 2]'] }],
  ])('in %s stands for its value', (text, value) => {
    const environment = { N: '4', YES: 'true', T: 'tok', EVIL: 'x"\n- b: {c: 1}', LIST: '[1, 2]' };
    expect(read(text, environment).value).toEqual(value);
  });

  it('is quoted as it was written', () => {
    const { document, errors } = read('a: {b: ${TOKEN}\nc: [', { TOKEN: 'secret-value' });
    expect(document.text).toContain('${TOKEN}');
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain('secret-value');
  });

  it('is hidden wherever it turns up, where it may be a secret', () => {
    read(
      [
        'outputs:',
        '  - {type: http, url: "https://u:pass-word@x.example/${PATH_SECRET}?key=query-secret"}',
        '  - {headers: {Authorization: "Bearer ${TOKEN}", X-Literal: "Basic bGl0ZXJhbA=="}}',
        'webhook: {authentication: [{secret: literal-secret}]}',
        'data_dir: ${FOLDER}',
      ].join('\n'),
      { TOKEN: 'to"ken-value', PATH_SECRET: 'path-secret', FOLDER: '/var/lib/tiercel' },
    );
    const said = hideSecrets(
      [
        'pass-word path-secret query-secret bGl0ZXJhbA== literal-secret /var/lib/tiercel',
        JSON.stringify('to"ken-value'),
        encodeURIComponent('to"ken-value'),
      ].join(' '),
    );
    expect(said).toBe(
      '(hidden) ${PATH_SECRET} (hidden) (hidden) (hidden) /var/lib/tiercel "${TOKEN}" ${TOKEN}',
    );
  });
});
