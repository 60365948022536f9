#!/usr/bin/env node
// Writes rules/samples/AWSLogs: a small invented story in CloudTrail records, the same bytes every time.
//   node test/support/make-samples.mjs [folder]
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ACCOUNT, hex, NOISE, random, START, STORY } from './sample-story.mjs';

export function makeSamples(folder) {
  const records = [...STORY];
  for (let index = 0; index < 360; index++) {
    const pick = random(100);
    const kind =
      pick < 45
        ? 1
        : pick < 65
          ? 0
          : pick < 80
            ? 2
            : pick < 90
              ? 3
              : pick < 95
                ? 4
                : pick < 97
                  ? 5
                  : 6;
    records.push(NOISE[kind](START + random(110 * 60) * 1000));
  }
  records.sort((a, b) => (a.eventTime < b.eventTime ? -1 : a.eventTime > b.eventTime ? 1 : 0));
  const files = new Map();
  for (const one of records) {
    const time = new Date(one.eventTime);
    const slot = new Date(Math.floor(time.getTime() / 900_000 + 1) * 900_000).toISOString();
    const [year, month, day] = slot.slice(0, 10).split('-');
    const stamp = slot.slice(0, 16).replace(/[-:]/g, '');
    const path = join('AWSLogs', ACCOUNT, 'CloudTrail', one.awsRegion, year, month, day);
    const name = `${ACCOUNT}_CloudTrail_${one.awsRegion}_${stamp}Z`;
    const id = `${path}/${name}`;
    if (!files.has(id)) files.set(id, []);
    files.get(id).push(one);
  }
  rmSync(join(folder, 'AWSLogs'), { recursive: true, force: true });
  for (const [id, rows] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = join(folder, `${id}_${hex(16).toUpperCase()}.json.gz`);
    mkdirSync(join(path, '..'), { recursive: true });
    const compressed = gzipSync(JSON.stringify({ Records: rows }), { level: 9 });
    // The operating system's byte of the header differs from machine to machine.
    compressed[9] = 255;
    writeFileSync(path, compressed);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  makeSamples(process.argv[2] ?? fileURLToPath(new URL('../../rules/samples', import.meta.url)));
}
