/* A reader that stops: its senders get answers, those of others do not. */

import { describe, expect, it } from 'vitest';
import { Stores } from '../../../../engine/store/thread/stores.ts';
import { freePort } from '../../../support/free-port.ts';
import { post } from '../../../support/post.ts';
import { storeRoot } from '../../../support/store-root.ts';

describe('the stores of a reader', () => {
  it('are closed without those of others, and answer who waits', async () => {
    const stores = new Stores(() => async () => false);
    const base = `http://127.0.0.1:${await freePort()}`;
    const open = async (reader: string): Promise<void> => {
      const root = storeRoot(`${base}/${reader}`);
      const store = stores.open(root, { reader, name: 'input', onNews: () => {} });
      await expect(store.listEntries('', 1, () => {})).rejects.toThrow('nothing has come');
    };
    await open('one');
    await open('two');
    const waiting = post(`${base}/one`, '{}');
    const other = post(`${base}/two`, '{}');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await stores.close('one');
    expect((await waiting).status).toBe(503);
    expect((await post(`${base}/one`, '{}')).status).toBe(404);
    let isAnswered = false;
    void other.then(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isAnswered).toBe(false);
    await stores.close('two');
    expect((await other).status).toBe(503);
    await expect(post(`${base}/two`, '{}')).rejects.toThrow('ECONNREFUSED');
  });
});
