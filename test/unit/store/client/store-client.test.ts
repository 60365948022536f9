/* The store as a plugin has it: synchronous, through the I/O thread, below its roots. */

import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { StoreClient } from '../../../../engine/store/client/store-client.ts';
import { ThreadLink } from '../../../../engine/store/client/store-link.ts';
import { IoThread } from '../../../../engine/store/thread/io-thread.ts';
import { WorkerStock } from '../../../../engine/worker/worker-stock.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { storeRoot } from '../../../support/store-root.ts';
import { copyFrom, createWindow, WindowLink } from '../../../support/window-link.ts';

/** File descriptors of this process, where the system shows them. */
const DESCRIPTORS = '/proc/self/fd';
const folder = scratchFolder('store-client');
for (let index = 0; index < 20; index++) folder.write(`many/${index}`, `file ${index}`);
const NUMBERS = Array.from({ length: 700_000 }, (_, index) => `${index}\n`).join('');
folder.write('large', NUMBERS);
folder.write('large.gz', gzipSync(NUMBERS));
folder.write('shrinks', NUMBERS);
folder.write('other/looked-up', 'by name');

const io = new IoThread({
  stock: new WorkerStock([]),
  onDefect: (error) => {
    throw error;
  },
  onPoison: () => Promise.resolve(false),
});
afterAll(() => io.end());

type Reader = 'a thread' | 'a process';

function connect(locations: Record<string, string>, reader: Reader = 'a thread'): StoreClient {
  const entries = Object.entries(locations).map(([name, path]) => {
    return [name, storeRoot(join(folder.path, path))];
  });
  const roots = { stores: Object.fromEntries(entries), queues: {} };
  const common = { report: () => {}, lastRun: 0, isStopped: () => false };
  if (reader === 'a thread') {
    return new StoreClient({ link: new ThreadLink(io.connect(roots, 'test')), ...common });
  }
  const window = createWindow();
  const descriptor = window.lentDescriptor ?? -1;
  const { port } = io.connect(roots, 'test', { descriptor, position: 0 });
  port.unref();
  return new StoreClient({
    link: new WindowLink(port),
    copyFromWindow: copyFrom(window),
    ...common,
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

describe.each<Reader>(['a thread', 'a process'])('the store of %s', (reader) => {
  it('has every root that was granted, by its name', () => {
    const client = connect({ input: 'many', lookup: 'other' }, reader);
    expect(readAll(client, 'lookup', 'looked-up')).toBe('by name');
    expect(readAll(client, 'input', '3')).toBe('file 3');
    expect(() => client.open('elsewhere', '3', 'automatic', 0)).toThrow('was not granted');
  });

  it('gives the same whatever order objects are read in, ahead or not', () => {
    const client = connect({ input: 'many' }, reader);
    const paths = client.listEntries('input', '', 100).map(({ path }) => path);
    const orders = [paths, [...paths].reverse(), paths.filter((_, index) => index % 4 === 0)];
    for (const path of orders.flat()) expect(readAll(client, 'input', path)).toBe(`file ${path}`);
  });

  it.each(['large', 'large.gz'])(
    'gives all of an object that is larger than what is kept of it: %s',
    (name) => {
      const client = connect({ input: name }, reader);
      expect(readAll(client, 'input', '', 70_001)).toBe(NUMBERS);
      expect(client.storedBytesRead).toBe(statSync(join(folder.path, name)).size);
    },
  );

  it('gives the same when several objects are read in turn', () => {
    const client = connect({ input: 'large', packed: 'large.gz', many: 'many' }, reader);
    const whole = ['input', 'packed', 'input'].map((root) => client.open(root, '', 'automatic', 0));
    const texts = whole.map(() => '');
    for (let size = 1; size > 0; ) {
      size = 0;
      for (const [index, object] of whole.entries()) {
        const bytes = object.read(150_001 * (index + 1));
        texts[index] += Buffer.from(bytes).toString();
        size += bytes.length;
        if (size % 3 === 0) expect(readAll(client, 'many', '7')).toBe('file 7');
      }
    }
    for (const text of texts) expect(text === NUMBERS).toBe(true);
  });

  it.each(['large', 'large.gz'])('begins at the given offset: %s', (name) => {
    const client = connect({ input: name }, reader);
    for (const offset of [1, 300_000, NUMBERS.length - 1, NUMBERS.length]) {
      const object = client.open('input', '', 'automatic', offset);
      const expected = NUMBERS.slice(offset, offset + 10);
      expect(Buffer.from(object.read(10)).toString()).toBe(expected);
      object.close();
    }
  });

  it('may be given up in the middle of an object, and counts what was read', () => {
    const client = connect({ input: 'large' }, reader);
    for (let round = 0; round < 20; round++) {
      const object = client.open('input', '', 'automatic', 0);
      object.read(10);
      object.close();
    }
    expect(readAll(client, 'input', '')).toBe(NUMBERS);
  });

  it.skipIf(!existsSync(DESCRIPTORS))('leaves no file open', async () => {
    const client = connect({ input: 'many', whole: 'large', packed: 'large.gz' }, reader);
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
    const client = connect({ input: 'many', gone: 'nowhere' }, reader);
    expect(() => client.open('input', 'x', 'automatic', 0)).toThrow('does not exist');
    expect(() => client.listEntries('gone', '', 1)).toThrow('does not exist');
  });
});

describe('the store of a thread, which does not read ahead', () => {
  it('says that a file became shorter while it was read, after what there was', () => {
    const client = connect({ input: 'shrinks' });
    const object = client.open('input', '', 'automatic', 0);
    expect(object.read(1_000)).toHaveLength(1_000);
    truncateSync(join(folder.path, 'shrinks'), 1_500);
    expect(object.read(1_000)).toHaveLength(500);
    expect(() => object.read(1_000)).toThrow('became shorter while it was read: 1500 bytes left');
    object.close();
  });
});
