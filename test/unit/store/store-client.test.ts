/* The store as a plugin has it: synchronous, through the I/O thread, below its roots. */

import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { IoThread } from '../../../engine/store/io-thread.ts';
import { StoreClient } from '../../../engine/store/store-client.ts';
import { WorkerStock } from '../../../engine/supervise/worker-stock.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

/** Of this process, where the system shows them. */
const DESCRIPTORS = '/proc/self/fd';
const folder = scratchFolder('store-client');
for (let index = 0; index < 20; index++) folder.write(`many/${index}`, `file ${index}`);
const NUMBERS = Array.from({ length: 700_000 }, (_, index) => `${index}\n`).join('');
folder.write('large', NUMBERS);
folder.write('large.gz', gzipSync(NUMBERS));
folder.write('shrinks', NUMBERS);
folder.write('other/looked-up', 'by name');

const io = new IoThread(new WorkerStock([]), (error) => {
  throw error;
});
afterAll(() => io.end());

function connect(locations: Record<string, string>): StoreClient {
  const roots = Object.entries(locations).map(([name, path]) => {
    return [name, { location: join(folder.path, path), isFollowed: false }];
  });
  return new StoreClient({
    ...io.connect(Object.fromEntries(roots), 'test'),
    report: () => {},
    lastRun: 0,
    isStopped: () => false,
  });
}

function readAll(client: StoreClient, root: string, path: string, max = 1 << 16): string {
  const object = client.open(root, path, 'automatic', 0);
  const parts: Buffer[] = [];
  for (let bytes = object.read(max); bytes.length > 0; bytes = object.read(max)) {
    expect(bytes.length).toBeLessThanOrEqual(max);
    parts.push(Buffer.from(bytes));
  }
  object.close();
  return Buffer.concat(parts).toString();
}

describe('the store', () => {
  it('has every root that was granted, by its name', () => {
    const client = connect({ input: 'many', lookup: 'other' });
    expect(readAll(client, 'lookup', 'looked-up')).toBe('by name');
    expect(readAll(client, 'input', '3')).toBe('file 3');
    expect(() => client.open('elsewhere', '3', 'automatic', 0)).toThrow('was not granted');
  });

  it('gives the same whatever order objects are read in, ahead or not', () => {
    const client = connect({ input: 'many' });
    const paths = client.listEntries('input', '', 100).map(({ path }) => path);
    const orders = [paths, [...paths].reverse(), paths.filter((_, index) => index % 4 === 0)];
    for (const path of orders.flat()) expect(readAll(client, 'input', path)).toBe(`file ${path}`);
  });

  it.each(['large', 'large.gz'])(
    'gives all of an object that is larger than what is kept of it: %s',
    (name) => {
      const client = connect({ input: name });
      expect(readAll(client, 'input', '', 70_001)).toBe(NUMBERS);
      expect(client.storedBytesRead).toBe(statSync(join(folder.path, name)).size);
    },
  );

  it.each(['large', 'large.gz'])('begins where it is told to: %s', (name) => {
    const client = connect({ input: name });
    for (const offset of [1, 300_000, NUMBERS.length - 1, NUMBERS.length]) {
      const object = client.open('input', '', 'automatic', offset);
      const expected = NUMBERS.slice(offset, offset + 10);
      expect(Buffer.from(object.read(10)).toString()).toBe(expected);
      object.close();
    }
  });

  it('says that a file became shorter while it was read, after what there was', () => {
    const client = connect({ input: 'shrinks' });
    const object = client.open('input', '', 'automatic', 0);
    expect(object.read(1_000)).toHaveLength(1_000);
    truncateSync(join(folder.path, 'shrinks'), 1_500);
    expect(object.read(1_000)).toHaveLength(500);
    expect(() => object.read(1_000)).toThrow('became shorter while it was read: 1500 bytes left');
    object.close();
  });

  it('may be given up in the middle of an object, and counts what was read', () => {
    const client = connect({ input: 'large' });
    for (let round = 0; round < 20; round++) {
      const object = client.open('input', '', 'automatic', 0);
      object.read(10);
      object.close();
    }
    expect(readAll(client, 'input', '')).toBe(NUMBERS);
  });

  it.skipIf(!existsSync(DESCRIPTORS))('leaves no file open', async () => {
    const client = connect({ input: 'many', whole: 'large', packed: 'large.gz' });
    const before = readdirSync(DESCRIPTORS).length;
    for (let round = 0; round < 10; round++) {
      for (const root of ['whole', 'packed']) {
        const object = client.open(root, '', 'automatic', 0);
        object.read(10);
        object.close();
      }
    }
    await vi.waitFor(() => expect(readdirSync(DESCRIPTORS)).toHaveLength(before));
  });

  it('says what is not there', () => {
    const client = connect({ input: 'many', gone: 'nowhere' });
    expect(() => client.open('input', 'x', 'automatic', 0)).toThrow('does not exist');
    expect(() => client.listEntries('gone', '', 1)).toThrow('does not exist');
  });
});
