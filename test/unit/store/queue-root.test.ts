/* A queue as a plugin receives from it: what was not settled comes again, and what it falls over stands before nobody. */

import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ArrivalFailure, Inbox, InboxMessage } from '../../../engine/store/inbox/arrival.ts';
import { QueueRoot } from '../../../engine/store/inbox/queue-root.ts';

/** An inbox to which messages come when the test says so. */
function createInbox() {
  const fates = new Map<string, 'done' | ArrivalFailure>();
  let waiting: InboxMessage[] = [];
  let onMessage = (): void => {};
  let isClosed = false;
  const inbox: Inbox<InboxMessage> = {
    name: 'test',
    aheadMax: 4,
    open: async () => {},
    receive: async () => {
      if (waiting.length === 0 && !isClosed)
        await new Promise<void>((resolve) => {
          onMessage = resolve;
        });
      const messages = waiting;
      waiting = [];
      return messages;
    },
    close: async () => {
      isClosed = true;
      onMessage();
    },
  };
  const send = (...bodies: (string | Uint8Array)[]): void => {
    for (const body of bodies) {
      const id = typeof body === 'string' ? body : 'bytes';
      waiting.push({
        id,
        name: `message ${id}`,
        body: Buffer.from(body),
        attributes: [['id', id]],
        done: () => fates.set(id, 'done'),
        fail: (failure) => fates.set(id, failure),
      });
    }
    onMessage();
  };
  return { inbox, send, fates };
}

async function open() {
  const { inbox, send, fates } = createInbox();
  let news = 0;
  const root = new QueueRoot(inbox, () => {
    news += 1;
  });
  const receive = async (max: number) => {
    const messages = await root.receive(max, () => {});
    return messages.map(({ handle, body }) => ({ handle, body: Buffer.from(body).toString() }));
  };
  const bodies = async (max: number): Promise<string[]> =>
    (await receive(max)).map(({ body }) => body);
  await expect(receive(1)).rejects.toThrow('nothing has come for now');
  const come = async (...messages: (string | Uint8Array)[]): Promise<void> => {
    const before = news;
    send(...messages);
    for (let waited = 0; news < before + messages.length && waited < 5_000; waited++)
      await sleep(1);
  };
  return { root, send, come, fates, receive, bodies };
}

describe('a queue', () => {
  it('gives messages in order, at most so many, and each once', async () => {
    const { root, come, bodies } = await open();
    await come('a', 'b', 'c');
    expect(await bodies(2)).toEqual(['a', 'b']);
    expect(await bodies(2)).toEqual(['c']);
    await expect(bodies(2)).rejects.toThrow('nothing has come for now');
    await root.close();
  });

  it('tells the inbox what became of them, and passes over what it never gave', async () => {
    const { root, come, fates, receive } = await open();
    await come('a', 'b', 'c');
    const [a, b] = await receive(2);
    const handle = a?.handle ?? 0n;
    root.settle([handle, handle, 7n, handle + 2n], 'done');
    root.settle([b?.handle ?? 0n], 'retry');
    expect([...fates]).toEqual([
      ['a', 'done'],
      ['b', { reason: 'message b could not be read', mayPass: false }],
    ]);
    expect((await receive(9)).map(({ body }) => body)).toEqual(['c']);
    await root.close();
  });

  it('gives again what was not settled, under the same handles, one by one', async () => {
    const { root, come, receive, bodies } = await open();
    await come('a', 'b', 'c');
    const before = await receive(9);
    root.settle([before[1]?.handle ?? 0n], 'done');
    root.giveAgain();
    await come('d', 'e');
    expect([...(await receive(9)), ...(await receive(9))]).toEqual([before[0], before[2]]);
    expect(await bodies(9)).toEqual(['d', 'e']);
    await root.close();
  });

  it('takes a message away that the plugin fell over twice, and no other', async () => {
    const { root, come, fates, bodies } = await open();
    await come('a', 'fall', 'c');
    expect(await bodies(9)).toEqual(['a', 'fall', 'c']);
    for (let fall = 0; fall < 2; fall++) {
      root.giveAgain();
      expect([await bodies(9), await bodies(9)]).toEqual([['a'], ['fall']]);
    }
    root.giveAgain();
    expect([...fates]).toEqual([
      ['fall', { reason: 'the plugin failed over message fall', mayPass: false }],
    ]);
    expect([await bodies(9), await bodies(9)]).toEqual([['a'], ['c']]);
    await root.close();
  });

  it('decodes bodies, and gives back what is broken or too large', async () => {
    const { root, send, come, fates, bodies } = await open();
    await come(gzipSync('plain'));
    expect(await bodies(1)).toEqual(['plain']);
    send(gzipSync('cut off '.repeat(99)).subarray(0, 20));
    await come('after');
    expect(fates.get('bytes')).toEqual({
      reason: expect.stringContaining('message bytes: gzip ends early'),
      mayPass: false,
    });
    fates.clear();
    send(gzipSync(Buffer.alloc((16 << 20) + 1)));
    await come('behind');
    expect(fates.get('bytes')).toMatchObject({
      reason: expect.stringContaining('is larger than 16777216 bytes'),
    });
    expect(await bodies(9)).toEqual(['after', 'behind']);
    await root.close();
  });

  it('takes no more than are settled: 4,096 messages', async () => {
    const { root, come, send, receive } = await open();
    await come(...Array.from({ length: 4_096 }, (_, at) => `${at}`));
    send('more');
    const given: bigint[] = [];
    for (let call = 0; call < 8; call++)
      given.push(...(await receive(512)).map(({ handle }) => handle));
    expect(given).toHaveLength(4_096);
    await sleep(20);
    await expect(receive(1)).rejects.toThrow('nothing has come for now');
    root.settle(given, 'done');
    for (let waited = 0; waited < 1_000; waited++) {
      try {
        expect((await receive(1))[0]?.body).toBe('more');
        break;
      } catch {
        await sleep(1);
      }
    }
    await root.close();
  });
});
