/* `tiercel search`: questions of one line, over the sample logs and over made-up records. */

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loginRecord } from '../support/cloudtrail-events.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const SAMPLES = 'rules/samples/AWSLogs';
const scratch = scratchFolder('search');

const search = (...args: readonly string[]) => runProgram(['search', ...args]);

describe('tiercel search', () => {
  it('prints one line for each event that matches', async () => {
    const { code, stdout, stderr } = await search('ct.name = ConsoleLogin', SAMPLES);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(15);
    expect(lines[0]).toBe(
      '2026-03-14T08:13:27Z\tus-east-1 alice signin ConsoleLogin alice via 203.0.113.24 → ConsoleLogin',
    );
    expect(stderr).toBe('15 found in 378 events\n');
    expect(code).toBe(0);
  });

  it('prints fields, with their arguments', async () => {
    const fields = 'ct.user, json.value[/additionalEventData/MFAUsed],ct.error';
    const { stdout } = await search(
      'ct.user = alice and ct.name = ConsoleLogin',
      SAMPLES,
      '--fields',
      fields,
      '--limit',
      '1',
    );
    expect(stdout).toBe('2026-03-14T08:13:27Z\talice\tYes\t<NA>\n');
  });

  it('prints JSON: the fields, or the whole event', async () => {
    const json = ['--json', '--limit', '1', '-q'];
    const ofFields = await search('console_login', SAMPLES, '--fields', 'ct.user,evt.num', ...json);
    expect(JSON.parse(ofFields.stdout)).toEqual({
      ...{ time: '2026-03-14T08:13:27Z', source: 'aws_cloudtrail' },
      fields: { 'ct.user': 'alice', 'evt.num': 364 },
    });
    const whole = await search('console_login', SAMPLES, ...json);
    expect(JSON.parse(whole.stdout).event.eventName).toBe('ConsoleLogin');
    expect(whole.stderr).toBe('');
  });

  it('prints the event as its source has it', async () => {
    const path = join(scratch.path, 'raw.jsonl');
    const record = loginRecord({ requestParameters: { n: 1 } });
    writeFileSync(path, `${record}\n${loginRecord({ eventName: 'Other' })}\n`);
    expect((await search('ct.name = ConsoleLogin', path, '--raw')).stdout).toBe(`${record}\n`);
  });

  it.each([
    ['--count', 'ct.user'],
    ['--count', 'by', 'ct.user'],
  ])('counts events by the value of a field: %s %s', async (...args) => {
    const { stdout } = await search('ct.name = ConsoleLogin', SAMPLES, ...args);
    expect(stdout).toBe('13  alice\n 1  support-team\n 1  <NA>\n');
  });

  it('counts as JSON', async () => {
    const { stdout } = await search('ct.name exists', SAMPLES, '--count', 'ct.error', '--json');
    expect(stdout).toBe('{"value":null,"count":377}\n{"value":"AccessDenied","count":1}\n');
  });

  it('knows macros and lists of a rules file', async () => {
    const path = join(scratch.path, 'macros.yaml');
    writeFileSync(path, '- macro: by_alice\n  condition: ct.user = alice\n');
    const { stdout } = await search('by_alice', SAMPLES, '-r', path, '--count', 'ct.user');
    expect(stdout).toMatch(/^\d+ {2}alice\n$/);
  });

  it('leaves the outputs, streams and state of the configuration alone', async () => {
    const config = join(scratch.path, 'tiercel.yaml');
    const file = join(scratch.path, 'alerts.txt');
    writeFileSync(
      config,
      `data_dir: ./state\njson_output: true\nstdout_output: {enabled: false}\nfile_output: {enabled: true, filename: ${file}}\nplugins:\n  - {name: cloudtrail, open_params: ${join(process.cwd(), SAMPLES)}}\n`,
    );
    const { stdout, code } = await search(
      'ct.user = nobody or ct.name = GetObject',
      '-c',
      config,
      '--count',
      'ct.name',
    );
    expect(stdout).toMatch(/^\d+ {2}GetObject\n$/);
    expect(code).toBe(0);
    expect(readdirSync(scratch.path)).not.toContain('alerts.txt');
    expect(readdirSync(scratch.path)).not.toContain('state');
  });

  it.each([
    [
      'a field that does not exist',
      ['ct.name = a and ct.usr = b'],
      /^condition:1:17: error: unknown field `ct.usr`[\s\S]*hint: did you mean `ct.user`\?/,
    ],
    ['a condition that ends too soon', ['ct.name = '], /^condition:1:\d+: error: /],
    [
      'a macro that does not exist',
      ['console_logn'],
      /^condition:1:1: error: [\s\S]*did you mean `console_login`/,
    ],
    [
      'a wrong field to print',
      ['ct.name exists', '--fields', 'ct.user,ct.x'],
      /^fields:1:10: error: unknown field `ct.x`/,
    ],
  ])('reports %s in what was typed', async (_name, [condition = '', ...more], said) => {
    const { code, stdout, stderr } = await search(condition, SAMPLES, ...more);
    expect(stderr).toMatch(said);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('reports what it could not read, also when it is quiet', async () => {
    const path = join(scratch.path, 'broken.jsonl');
    writeFileSync(path, `${loginRecord()}\n{"eventName":\n`);
    const { code, stdout, stderr } = await search('ct.name exists', path, '-q');
    expect(stdout).toMatch(/ConsoleLogin\n$/);
    expect(stderr).toMatch(/^tiercel: 1 part of the input could not be read\n$/);
    expect(code).toBe(3);
  });

  it.each([
    ['no location', ['ct.name = a'], 1, 'no location to search'],
    ['a location that does not exist', ['ct.name = a', 'nope'], 1, 'it does not exist'],
    ['a limit of nothing', ['ct.name = a', SAMPLES, '--limit', '0'], 2, 'at least 1'],
    ['two forms', ['ct.name = a', SAMPLES, '--raw', '--json'], 2, 'cannot be used with'],
    ['a plugin that does not exist', ['a', SAMPLES, '--plugin', 'cloudtrial'], 1, 'cloudtrail'],
  ])('refuses %s', async (_name, args, exitCode, said) => {
    const { code, stdout, stderr } = await search(...args);
    expect(stderr).toContain(said);
    expect([code, stdout]).toEqual([exitCode, '']);
  });
});
