/* Alerts of earlier runs, as the page finds them again. */

import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../engine/config/load-config.ts';
import { printRecords } from '../../../engine/outputs/delivery/spool/spool-record.ts';
import { readAlertHistory } from '../../../engine/service/alert-history.ts';
import { AlertTail } from '../../../engine/service/alert-tail.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { someAlerts } from '../../support/some-alerts.ts';

const scratch = scratchFolder('history');
const line = (rule: string): string =>
  JSON.stringify({ rule, priority: 'Notice', source: 's', time: '2026-01-02T03:04:05.000000006Z' });

async function historyOf(...options: readonly string[]) {
  const request = {
    configFile: undefined,
    rulesFiles: [],
    plugin: undefined,
    openParams: undefined,
  };
  const { value: config } = loadConfig({ ...request, options });
  if (config === undefined) throw new Error('no configuration');
  return await readAlertHistory(config);
}
const fileOption = (path: string): string => `file_output={enabled: true, filename: ${path}}`;

describe('alerts of earlier runs', () => {
  it('are read from the end of a file of JSON alerts', async () => {
    const lines = Array.from({ length: 1_100 }, (_, index) => line(`R${index}`));
    const path = scratch.write('alerts.jsonl', `${lines.join('\n')}\n`);
    const found = await historyOf('json_output=true', fileOption(path));
    expect(found).toHaveLength(1_000);
    expect(found[0]).toEqual({
      ...{ rule: 'R100', priority: 'Notice', source: 's', eventNumber: 0 },
      ...{ time: 1_767_323_045_000_000_000n, line: lines[100] },
    });
  });

  it('are those that can be read, whatever else is in the file', async () => {
    const others = ['', 'text', '{"rule":', '{"rule":1}', 'null', line('B').replace('Notice', 'x')];
    const path = scratch.write('mixed.jsonl', `${[...others, line('A')].join('\n')}`);
    const found = await historyOf('json_output=true', fileOption(path));
    expect(found.map(({ rule }) => rule)).toEqual(['A']);
  });

  it('are those that wait on disk, where there is no file', async () => {
    const folder = `${scratch.path}/spool`;
    scratch.write('spool/000000000001.jsonl', printRecords(1, someAlerts(1, 2)));
    scratch.write('spool/000000000003.jsonl', printRecords(3, someAlerts(3, 1)));
    const found = await historyOf(
      `outputs=[{type: http, url: "http://127.0.0.1:9/", spool: {path: ${folder}}}]`,
    );
    expect(found.map((alert) => alert.line)).toEqual(['1', '2', '3']);
  });

  it('are none where there is nothing, or text without rules', async () => {
    expect(await historyOf()).toEqual([]);
    expect(await historyOf('json_output=true', fileOption(`${scratch.path}/none`))).toEqual([]);
    const path = scratch.write('alerts.txt', '03:04:05: Notice something\n');
    expect(await historyOf(fileOption(path))).toEqual([]);
  });

  it('come before those of the run, and do not count as its own', () => {
    const tail = new AlertTail({ earlier: someAlerts(1, 2) });
    tail.add(someAlerts(3, 1));
    expect([tail.total, tail.last]).toEqual([1, 3]);
    const marks = tail.after(0, 9).map(({ number, isEarlier }) => [number, isEarlier]);
    expect(marks).toEqual([
      [1, true],
      [2, true],
      [3, undefined],
    ]);
  });
});
