/* Rules that change while a run goes on: on SIGHUP, and when their files change. */

import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reloadUnderLoad } from '../support/reload-under-load.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('reload-cli');
const rule = (name: string, condition = 'ct.name exists'): string =>
  `- {rule: ${name}, desc: d, condition: '${condition}', output: "${name} %ct.name", priority: INFO, source: aws_cloudtrail}\n`;
const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;

/** A machine that does nothing else needs three seconds. */
const TIME_MAX_MS = 50_000;

interface Step {
  readonly act: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Seen in what is printed, before the next step. */
  readonly until: string;
}

/** Follows a log, one step after the other, and stops then. */
async function follow(args: readonly string[], steps: readonly Step[]) {
  let done = 0;
  let seen = '';
  const onText = (text: string, child: { kill: (signal: NodeJS.Signals) => boolean }): void => {
    seen += text;
    const step = steps[done];
    if (step === undefined || !seen.includes(step.until)) return;
    seen = '';
    done += 1;
    const next = steps[done];
    if (next === undefined) child.kill('SIGTERM');
    else next.act((signal) => child.kill(signal));
  };
  const result = await runProgram(['run', 'cloudtrail', ...args, '--follow'], {
    onStdout: onText,
    onStderr: onText,
    onStart: (child) => {
      steps[0]?.act((signal) => child.kill(signal));
      setTimeout(() => child.kill('SIGKILL'), TIME_MAX_MS).unref();
    },
  });
  expect(done).toBe(steps.length);
  return result;
}

describe('rules', () => {
  it('are read again on SIGHUP; wrong ones leave those before in use', async () => {
    const log = folder.write('hup/a.jsonl', record('A'));
    const rules = folder.write('hup.yaml', rule('one'));
    const write = (name: string): void => appendFileSync(log, record(name));
    const { code, stderr } = await follow(
      [log, '-r', rules, '-o', 'watch_config_files=false'],
      [
        { act: () => {}, until: 'one A' },
        {
          act: (kill) => {
            writeFileSync(rules, rule('two') + rule('three', 'json.value[/eventName] = B'));
            kill('SIGHUP');
          },
          until: 'rules reloaded: 2 rules active',
        },
        { act: () => write('B'), until: 'two B' },
        {
          act: (kill) => {
            writeFileSync(rules, rule('four', 'ct.nme = A'));
            kill('SIGHUP');
          },
          until: 'the previous rules stay active',
        },
        { act: () => write('C'), until: 'two C' },
      ],
    );
    expect(stderr).toContain('hup.yaml:1:');
    expect(stderr).toContain('did you mean `ct.name`?');
    expect(code).toBe(0);
  });

  it('that cost more than they may leave those before in use, and the engine at work', async () => {
    const log = folder.write('costly/a.jsonl', record('A'));
    const rules = folder.write('costly.yaml', rule('one'));
    const chain = Array.from(
      { length: 5_000 },
      (_, index) => `- {macro: m${index + 1}, condition: not m${index}}\n`,
    );
    const { code, stderr } = await follow(
      [log, '-r', rules],
      [
        { act: () => {}, until: 'one A' },
        {
          act: () => {
            const first = '- {macro: m0, condition: ct.name = A}\n';
            writeFileSync(rules, first + chain.join('') + rule('deep', 'm5000'));
          },
          until: 'the previous rules stay active',
        },
        { act: () => appendFileSync(log, record('B')), until: 'one B' },
      ],
    );
    expect(stderr).toContain('RULES_TOO_LARGE');
    expect(stderr).toContain('more of this kind are not shown');
    expect(code).toBe(0);
  });

  it('are read again when one of their files changes, or a further one comes', async () => {
    const log = folder.write('watch/a.jsonl', record('A'));
    folder.write('watch-rules/1.yaml', rule('one'));
    const { code } = await follow(
      [log, '-r', `${folder.path}/watch-rules`, '-o', 'rule_matching=all'],
      [
        { act: () => {}, until: 'one A' },
        { act: () => folder.write('watch-rules/2.yaml', rule('two')), until: '2 rules active' },
        { act: () => appendFileSync(log, record('B')), until: 'two B' },
        { act: () => folder.write('watch-rules/1.yaml', '# none\n'), until: '1 rule active' },
        { act: () => appendFileSync(log, record('C')), until: 'two C' },
      ],
    );
    expect(code).toBe(0);
  });

  it('are chosen anew when the configuration changes; keys that need a restart are reported', async () => {
    const log = folder.write('config/a.jsonl', record('A'));
    const rules = folder.write('config.yaml', rule('one') + rule('two'));
    const config = (more: string): string =>
      folder.write('tiercel.yaml', `rules_files: [${rules}]\n${more}`);
    const { code } = await follow(
      [log, '-c', config('')],
      [
        { act: () => {}, until: 'one A' },
        {
          act: () => config('rules: [{disable: {rule: one}}]\nworkers: 3\n'),
          until: 'changes of plugins, streams and outputs take effect after a restart',
        },
        { act: () => appendFileSync(log, record('B')), until: 'two B' },
      ],
    );
    expect(code).toBe(0);
  });

  it('that are read again under load: every event is evaluated under one set of them', async () => {
    const { events, generations, eventCount, reloads } = await reloadUnderLoad(folder, 12);
    expect(reloads).toBe(12);
    expect(eventCount).toBe(events);
    expect(generations.size).toBe(events);
    const mixed = [...generations].filter(([, seen]) => seen.length !== 2 || seen[0] !== seen[1]);
    expect(mixed).toEqual([]);
    const used = new Set([...generations.values()].flat());
    expect(used.size).toBeGreaterThan(5);
  }, 300_000);
});
