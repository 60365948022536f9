import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventBatch } from '../../../../engine/plugin/abi/plugin-instance.ts';
import { EventReceiver, EventSender } from '../../../../engine/run/evaluate/event-hand-over.ts';
import { createMemoryFile, type MemoryFile } from '../../../../engine/worker/memory-file.ts';

const SIZE = 200;
let file: MemoryFile;

beforeEach(() => {
  file = createMemoryFile(SIZE);
});
afterEach(() => file.close());

/** `isShared`: as in a slot of a source that is a thread. */
function batchOf(texts: readonly string[], isShared = false): EventBatch {
  const bytes = Buffer.from(texts.join(''));
  const data = isShared
    ? new Uint8Array(new SharedArrayBuffer(bytes.length))
    : new Uint8Array(bytes);
  data.set(bytes);
  const spans = new Uint32Array(2 * texts.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    spans[2 * index] = end;
    end += text.length;
    spans[2 * index + 1] = end;
  }
  return { data, spans, times: BigUint64Array.from(texts, (_, index) => BigInt(1_000 + index)) };
}

function textsOf({ data, spans, times }: EventBatch): string[] {
  return Array.from(times, (time, index) => {
    const text = Buffer.from(data.subarray(spans[2 * index], spans[2 * index + 1])).toString();
    return `${time} ${text}`;
  });
}

/** What comes out at the other end, and whether it went through the file. */
function pass(batch: EventBatch): { readonly texts: string[]; readonly isInFile: boolean } {
  const told = new EventSender(file.descriptor, SIZE).hand(batch);
  const taken = new EventReceiver(file.readDescriptor, SIZE).take(structuredClone(told));
  return { texts: textsOf(taken), isInFile: !('times' in told) };
}

describe('events for the process of an extractor', () => {
  it.each([false, true])('go through the file, of shared memory: %s', (isShared) => {
    const found = pass(batchOf(['one', '', 'three'], isShared));
    expect(found).toEqual({ texts: ['1000 one', '1001 ', '1002 three'], isInFile: true });
  });

  it('fill it to its last byte', () => {
    const text = 'x'.repeat(SIZE - 16);
    expect(pass(batchOf([text]))).toEqual({ texts: [`1000 ${text}`], isInFile: true });
  });

  it('are sent in the message when they have no place there', () => {
    const text = 'x'.repeat(SIZE - 15);
    expect(pass(batchOf([text]))).toEqual({ texts: [`1000 ${text}`], isInFile: false });
  });

  it('are sent in the message when the file takes nothing', () => {
    const told = new EventSender(file.readDescriptor, SIZE).hand(batchOf(['one']));
    expect(textsOf(told as EventBatch)).toEqual(['1000 one']);
  });

  it('are those of the latest call', () => {
    pass(batchOf(['a longer one', 'and another']));
    expect(pass(batchOf(['short'])).texts).toEqual(['1000 short']);
  });

  it('are missed when the file is shorter', () => {
    const receiver = new EventReceiver(file.readDescriptor, 2 * SIZE);
    expect(() => receiver.take({ eventCount: 1, dataSize: SIZE })).toThrow('bytes are there');
  });
});
