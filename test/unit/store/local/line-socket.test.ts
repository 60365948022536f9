import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { LineSocket } from '../../../../engine/store/local/line-socket.ts';
import type { StoredObject } from '../../../../engine/store/object-store.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const folder = scratchFolder('line-socket');

/** Exactly so many bytes, as text. */
async function read(object: StoredObject, size: number): Promise<string> {
  const room = new Uint8Array(size);
  let filled = 0;
  while (filled < size) filled += await object.read(room.subarray(filled));
  return Buffer.from(room).toString();
}

describe.runIf(process.platform !== 'win32')('a socket of lines', () => {
  it('gives again what a source had not used when it was started again', async () => {
    const path = join(folder.path, 's');
    const oddities: string[] = [];
    const store = new LineSocket(path);
    const listed = await store.listEntries('', 1, (...oddity) => oddities.push(oddity.join(': ')));
    expect(listed.map((entry) => entry.path)).toEqual(['']);
    const writer = connect(path);
    writer.write('one\ntwo\nthr');
    const first = await store.open();
    expect(await read(first, 8)).toBe('one\ntwo\n');
    // It had used the first line.
    const second = await store.open();
    expect(second.seek(4)).toBe(4);
    expect(await read(second, 4)).toBe('two\n');
    // The one before gives nothing any more.
    expect(await first.read(new Uint8Array(9))).toBe(0);
    writer.end('ee');
    expect(await read(second, 6)).toBe('three\n');
    // Nothing was used.
    const third = await store.open();
    expect(await read(third, 14)).toBe('one\ntwo\nthree\n');
    expect(oddities).toEqual([]);
    await store.close();
  });

  it('holds up whoever writes more than is read, and loses nothing', async () => {
    const path = join(folder.path, 'much');
    const store = new LineSocket(path);
    await store.listEntries('', 1, () => {});
    const line = `${'x'.repeat(999)}\n`;
    const writer = connect(path);
    let isWritten = false;
    writer.write(line.repeat(20_000), () => {
      isWritten = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isWritten).toBe(false);
    const object = await store.open();
    const text = await read(object, 20_000 * line.length);
    expect(text).toBe(line.repeat(20_000));
    // What was given long ago is not kept for ever.
    const oddities: string[] = [];
    await store.listEntries('', 1, (...oddity) => oddities.push(oddity.join(': ')));
    (await store.open()).seek(0);
    expect(oddities.join()).toMatch(/^lost: .*\/much: [\d,]+ bytes given out and not used$/);
    writer.destroy();
    await store.close();
  });

  it('has room for lines without an end, over all connections together', async () => {
    const path = join(folder.path, 'endless');
    const oddities: string[] = [];
    const store = new LineSocket(path);
    await store.listEntries('', 1, (...oddity) => oddities.push(oddity.join(': ')));
    const part = Buffer.alloc(10 << 20, 'x');
    const writers = Array.from({ length: 8 }, () => connect(path));
    for (const writer of writers) {
      writer.on('error', () => {});
      writer.write(part);
    }
    await vi.waitUntil(() => oddities.length > 0, { timeout: 30_000 });
    expect(oddities[0]).toMatch(/bytes of a line without an end/);
    expect(store.unreadSize).toBeLessThanOrEqual(64 << 20);
    // Who sends whole lines is read as before.
    connect(path).end('whole\n');
    const object = await store.open();
    expect(await read(object, 6)).toBe('whole\n');
    for (const writer of writers) writer.destroy();
    await store.close();
  });
});
