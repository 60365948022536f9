import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { missingTools } from '../support/author-tools.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('plugin-c');
const DNS = join(REPOSITORY, 'plugins-wasm/examples/dns');
const missing = missingTools('c');

interface Alert {
  readonly time: string;
  readonly output_fields: Record<string, unknown>;
}

async function alertsOf(plugin: string, location: string, rules: string): Promise<Alert[]> {
  const { stdout } = await runProgram(
    ['run', plugin, location, '-r', rules, '--json', '-o', 'time_format_iso_8601=true'],
    { cwd: scratch.path },
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Alert);
}

function rulesFor(source: string, fields: readonly string[]): string {
  const output = fields.map((field) => `%${field}`).join(' ');
  return `- rule: every\n  desc: d\n  condition: evt.num >= 0\n  output: "${output}"\n  priority: WARNING\n  source: ${source}\n`;
}

describe.skipIf(missing !== undefined)(`a plugin in C (${missing ?? 'clang is there'})`, () => {
  const plugin = join(scratch.path, 'dns.wasm');
  beforeAll(async () => {
    const { stderr, code } = await runProgram(['plugin', 'build', DNS, '-o', plugin]);
    expect([stderr, code]).toEqual(['', 0]);
  });

  it('is the same each time', async () => {
    const again = join(scratch.path, 'again.wasm');
    await runProgram(['plugin', 'build', DNS, '-o', again]);
    expect(readFileSync(again).equals(readFileSync(plugin))).toBe(true);
    expect(readFileSync(plugin).length).toBeLessThan(50_000);
  });

  it('has fields of every type, absent where the log has none', async () => {
    const names = ['client', 'port', 'name', 'labels', 'type', 'recursive', 'server', 'view'];
    const fields = names.map((name) => `dns.${name}`);
    const rules = scratch.write('every.yaml', rulesFor('dns', fields));
    const alerts = await alertsOf(plugin, join(DNS, 'samples'), rules);
    expect(alerts[0]?.time).toBe('2026-02-03T04:05:06.789000000Z');
    expect(
      alerts.map(({ output_fields }) => fields.map((field) => output_fields[field])),
    ).toMatchInlineSnapshot(`
      [
        [
          "192.0.2.7",
          53123,
          "www.example.com",
          [
            "www",
            "example",
            "com",
          ],
          "A",
          true,
          "192.0.2.53",
          null,
        ],
        [
          "2001:db8::7",
          40001,
          "example.org",
          [
            "example",
            "org",
          ],
          "AAAA",
          false,
          "2001:db8::53",
          "inside",
        ],
        [
          "192.0.2.9",
          5353,
          "mzxw6ytboi2hk4tfebzgk43fmfzgg2banf2ca5dp.t.example.net",
          [
            "mzxw6ytboi2hk4tfebzgk43fmfzgg2banf2ca5dp",
            "t",
            "example",
            "net",
          ],
          "TXT",
          true,
          "192.0.2.53",
          null,
        ],
      ]
    `);
  });

  it('says which lines are none, and takes the others', async () => {
    const [line = ''] = readFileSync(join(DNS, 'samples/query.log'), 'utf8').split('\n');
    const long = 'x'.repeat(17 << 20);
    const lines = [`\ufeff${line}`, 'hello', '', `${line}\r`, line.slice(3), long, line];
    scratch.write('logs/a.log.gz', gzipSync(lines.join('\n')));
    scratch.write('logs/b.log', line);
    const rules = scratch.write('name.yaml', rulesFor('dns', ['dns.name', 'evt.num']));
    const { stdout, stderr } = await runProgram(['run', plugin, 'logs', '-r', rules], {
      cwd: scratch.path,
    });
    expect(stdout.match(/www\.example\.com \d/g)).toEqual(
      [1, 2, 3, 4].map((number) => `www.example.com ${number}`),
    );
    expect(stderr).toContain('a.log.gz:2: no query of a client');
    expect(stderr).toContain('a.log.gz:5: begins with no date');
    expect(stderr).toContain('a.log.gz:6: longer than an event may be (16 MiB)');
  });

  it('takes addresses and times as the engine does', async () => {
    const folder = join(scratch.path, 'texts');
    await runProgram(['plugin', 'new', 'texts', '--template', 'c'], { cwd: scratch.path });
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    manifest.extractor.fields = [
      { name: 'texts.text', type: 'string', description: 'd' },
      { name: 'texts.address', type: 'ipaddr', description: 'd' },
      { name: 'texts.number', type: 'uint64', description: 'd' },
      { name: 'texts.time', type: 'abstime', description: 'd' },
    ];
    scratch.write('texts/manifest.json', JSON.stringify({ ...manifest, rules: undefined }));
    scratch.write(
      'texts/plugin.c',
      `#include <tiercel.h>
static void text(tiercel_value *value) { tiercel_put_text(value, value->event); }
static void address(tiercel_value *value) { tiercel_put_address(value, value->event); }
static void number(tiercel_value *value) { tiercel_put_digits(value, value->event); }
static void time(tiercel_value *value) {
  uint64_t found = tiercel_rfc3339(value->event);
  if (found != TIERCEL_NO_TIME) tiercel_put_number(value, found);
}
static tiercel_field *const fields[] = {text, address, number, time};
TIERCEL_LINES(NULL);
TIERCEL_FIELDS(NULL, fields);
`,
    );
    const { stderr } = await runProgram(['plugin', 'build', folder, '--no-color']);
    expect(stderr).toBe('');
    const addresses = ['192.0.2.1', '255.255.255.255', '::', '2001:db8::5', '::ffff:192.0.2.1'];
    const none = [
      '1.2.3',
      '256.1.1.1',
      '01.2.3.4',
      '1.2.3.4.5',
      '1::2::3',
      '1.2.3.4::',
      ':1',
      'g::',
    ];
    const numbers = ['0', '18446744073709551615', '18446744073709551616', '-1', '1x'];
    const times = [
      ...['1970-01-01T00:00:00Z', '2024-02-29T23:59:60.5Z', '2026-02-03 04:05:06+01:30'],
      ...[
        '2023-02-29T00:00:00Z',
        '2026-13-01T00:00:00Z',
        '2026-02-03T04:05:06',
        '2026-02-03T24:00:00Z',
      ],
    ];
    scratch.write('texts/lines.log', [...addresses, ...none, ...numbers, ...times].join('\n'));
    const fields = ['texts.text', 'texts.address', 'texts.number', 'texts.time'];
    const rules = scratch.write('texts/rules.yaml', rulesFor('texts', fields));
    const alerts = await alertsOf('texts/texts.wasm', 'texts/lines.log', rules);
    const rows = alerts.map(({ output_fields }) => fields.map((field) => output_fields[field]));
    expect(rows.filter(([, address]) => address !== null).map(([text]) => text)).toEqual(addresses);
    expect(rows.filter(([, , number]) => number !== null).map(([text]) => text)).toEqual([
      '0',
      '18446744073709551615',
    ]);
    expect(rows.filter(([, , , time]) => time !== null).map(([, , , time]) => time)).toEqual(
      [0, Date.UTC(2024, 2, 1) + 500, Date.UTC(2026, 1, 3, 2, 35, 6)].map((ms) => ms * 1e6),
    );
  });

  it.each<[name: string, from: string, to: string, said: string]>([
    [
      'no syntax',
      'static uint64_t month_of',
      'static uint65_t month_of',
      'plugin.c:37:8: error: unknown type name',
    ],
    ['a function that is not there', 'return month + 1;', 'return nowhere();', 'plugin.c:'],
    ['a header that is not there', '<tiercel.h>', '<tierce.h>', "'tierce.h' file not found"],
    ['no source', 'TIERCEL_LINES(judge);', '', 'PLUGIN_CANNOT_PACK'],
  ])('says what is wrong: %s', async (name, from, to, said) => {
    const folder = join(scratch.path, `wrong-${name.replaceAll(' ', '-')}`);
    mkdirSync(folder);
    cpSync(DNS, folder, { recursive: true });
    const file = join(folder, 'plugin.c');
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
    const { stdout, stderr, code } = await runProgram(['plugin', 'build', folder, '--no-color']);
    expect(stderr).toContain(said);
    expect([stdout, code]).toEqual(['', 1]);
  });
});

it('says that clang is missing', async () => {
  const env = { PATH: '/nowhere' };
  const { stderr, code } = await runProgram(['plugin', 'build', DNS, '--no-color'], { env });
  expect(stderr).toContain('`clang` does not exist on this machine');
  expect([stderr.includes('apt install clang lld'), code]).toEqual([true, 1]);
});
