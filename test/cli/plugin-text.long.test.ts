import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { exampleComponent } from '../support/made-once.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('plugin-text-');
const NGINX = join(REPOSITORY, 'plugins-wasm/examples/nginx');

interface Alert {
  readonly time: string;
  readonly output_fields: Record<string, unknown>;
}

function rulesFor(source: string, condition: string, fields: readonly string[]): string {
  const path = join(scratch.path, `${source}-rules.yaml`);
  const output = fields.map((field) => `%${field}`).join(' ');
  const rule = { rule: 'all', desc: 'all', condition, output, priority: 'INFO', source };
  writeFileSync(path, JSON.stringify([rule]));
  return path;
}

async function read(
  plugin: string,
  location: string,
  rules: string,
): Promise<{ alerts: Alert[]; stderr: string }> {
  const args = ['run', plugin, location, '-r', rules, '--json', '-o', 'time_format_iso_8601=true'];
  const { stdout, stderr } = await runProgram(args);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { alerts: lines.map((line) => JSON.parse(line) as Alert), stderr };
}

describe('the example for access logs', () => {
  let plugin: string;
  beforeAll(async () => {
    plugin = await exampleComponent('nginx');
  });

  it('alerts with the rules that come with it', async () => {
    const args = ['run', plugin, join(NGINX, 'samples'), '-r', join(NGINX, 'rules.yaml')];
    const { stdout, code } = await runProgram(args);
    expect([stdout, code]).toEqual([
      '04:05:09.000000000: Warning secrets asked for (client=2001:db8::5 path=/.env status=404 agent=curl/8.5.0)\n',
      0,
    ]);
  });

  it('has fields of every type, absent where the log has none', async () => {
    const fields = [
      'nginx.client',
      'nginx.user',
      'nginx.method',
      'nginx.path',
      'nginx.status',
      'nginx.size',
      'nginx.referer',
      'nginx.agent',
    ];
    const rules = rulesFor('nginx', 'nginx.client = 203.0.113.9 or nginx.status < 300', fields);
    const { alerts } = await read(plugin, join(NGINX, 'samples/access.log'), rules);
    const agent = 'Mozilla/5.0 (X11; Linux x86_64)';
    expect(alerts.map((alert) => fields.map((field) => alert.output_fields[field]))).toEqual([
      ['198.51.100.7', null, 'GET', '/', 200, 5124, null, agent],
      ['198.51.100.7', 'ann', 'POST', '/orders?id=7', 201, 311, 'https://shop.example/', agent],
      ['203.0.113.9', null, null, null, 400, 157, null, null],
      ['203.0.113.9', null, null, null, 408, 0, null, null],
    ]);
  });

  it('says which lines are none, and takes the others, whatever the file is called', async () => {
    const line = '192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 1 "-" "-"';
    const text = [`\ufeff${line}`, 'hello', '', `${line}\r`, line.replace('] "', ']'), line].join(
      '\n',
    );
    const folder = join(scratch.path, 'logs');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'access.log.2.gz'), gzipSync(text));
    writeFileSync(join(folder, 'copy-of-it'), `${line}\n`);
    writeFileSync(join(folder, 'photo.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
    const { alerts, stderr } = await read(
      plugin,
      folder,
      rulesFor('nginx', 'evt.num >= 0', ['nginx.size']),
    );
    expect(alerts.map((alert) => alert.output_fields['nginx.size'])).toEqual([1, 1, 1, 1]);
    expect(stderr).toContain('access.log.2.gz:2: not of the format at character 6');
    expect(stderr).toContain('access.log.2.gz:5: not of the format at character 43');
    expect(stderr).toContain('1 file was left out (photo.jpg), neither named *.log');
  });
});

const MANIFEST = {
  name: 'app',
  version: '1.0.0',
  description: 'Log of an application',
  contact: 'tests',
  license: 'Apache-2.0',
  world: 'source-extractor-plugin@0.1.0',
  source: { name: 'app', openParams: 'location', openParamsDescription: 'files' },
  extractor: {
    sources: ['app'],
    fields: [
      { name: 'app.level', type: 'string', description: 'level' },
      { name: 'app.at', type: 'abstime', description: 'time' },
      { name: 'app.hosts', type: 'string', isList: true, description: 'hosts' },
      {
        name: 'app.detail',
        type: 'string',
        argument: { kind: 'key', required: true },
        description: 'detail',
      },
      { name: 'app.text', type: 'string', description: 'the rest' },
    ],
  },
  capabilities: { store: ['input'] },
};
const INDEX = `import { Extractor } from 'tiercel/sdk/extractor';
import { LineShape } from 'tiercel/sdk/line-shape';
import { plugin } from 'tiercel/sdk/plugin';
import { LineSource } from 'tiercel/sdk/source';
import { TimeForm } from 'tiercel/sdk/times';
import { fields, line } from './fields';

class Records extends LineShape {
  get spansLines(): bool {
    return true;
  }

  continues(start: usize, end: usize): bool {
    return end > start && load<u8>(start) == 0x20;
  }
}

plugin.source = new LineSource(new Records(line, line.part('time'), TimeForm.DateTime));
plugin.extractor = new Extractor(fields, line);
`;
const FIELDS = `import { FieldTable } from 'tiercel/sdk/field-table';
import { Pattern } from 'tiercel/sdk/pattern';
import { TimeForm } from 'tiercel/sdk/times';

export const line = new Pattern(
  '(?<time>[0-9-]+ [0-9:.]+) (?<level>[A-Z]+) \\\\[(?<hosts>[^\\\\]]*)\\\\] \\\\{(?<detail>[^}]*)\\\\} (?<text>[^\\\\x00]*)',
);

export const fields = new FieldTable();

fields.text('app.level', line.part('level'));
fields.time('app.at', line.part('time'), TimeForm.DateTime);
fields.list('app.hosts', line.part('hosts'), ',');
fields.pairs('app.detail', line.part('detail'), ' ');
fields.text('app.text', line.part('text'));
`;

describe('a plugin for records of several lines', () => {
  let plugin: string;
  beforeAll(async () => {
    const folder = join(scratch.path, 'app');
    mkdirSync(join(folder, 'assembly'), { recursive: true });
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(MANIFEST));
    writeFileSync(join(folder, 'assembly/index.ts'), INDEX);
    writeFileSync(join(folder, 'assembly/fields.ts'), FIELDS);
    const modules = join(folder, 'node_modules');
    mkdirSync(modules);
    symlinkSync(join(REPOSITORY, 'node_modules/assemblyscript'), join(modules, 'assemblyscript'));
    plugin = join(scratch.path, 'app.wasm');
    const { stderr, code } = await runProgram(['plugin', 'build', folder, '-o', plugin]);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('has lists, pairs, times, and the lines that go on', async () => {
    const log = join(scratch.path, 'app.log');
    const lines = [
      '2026-02-03 04:05:06.5 WARN [a, b,,c] {user="ann lee" id=7} failed',
      '  at one',
      '  at two',
      '2026-02-03 04:05:07 INFO [] {} ok',
      ' and more',
      'what is this',
      '2026-02-03 04:05:08 INFO [d] {id=8} last',
    ];
    writeFileSync(log, lines.join('\n'));
    const fields = [
      'app.level',
      'app.at',
      'app.hosts',
      'app.detail[user]',
      'app.detail[id]',
      'app.text',
    ];
    const rules = rulesFor('app', 'app.level exists', fields);
    const { alerts, stderr } = await read(plugin, log, rules);
    const seconds = 1_770_091_506;
    expect(alerts.map((alert) => fields.map((field) => alert.output_fields[field]))).toEqual([
      [
        'WARN',
        (seconds + 0.5) * 1e9,
        ['a', 'b', 'c'],
        'ann lee',
        '7',
        'failed\n  at one\n  at two',
      ],
      ['INFO', (seconds + 1) * 1e9, null, null, null, 'ok\n and more'],
      ['INFO', (seconds + 2) * 1e9, ['d'], null, '8', 'last'],
    ]);
    expect(alerts[0]?.time).toBe('2026-02-03T04:05:06.500000000Z');
    expect(stderr).toContain('app.log:6: not of the format at character 1');
  });
});
