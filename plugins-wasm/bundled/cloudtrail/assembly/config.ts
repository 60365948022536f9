// The init configuration, valid under the schema in manifest.json. How a bucket is reached is for the engine.

import { ElementView } from 'tiercel/sdk/element-view';
import { SLACK } from 'tiercel/sdk/memory';

const INTERVAL = 0;
const ACCOUNTS = 1;

/** As written; empty without it. */
export let interval: string = '';
export let accountList: string = '';

export function takeConfiguration(text: string): void {
  const bytes = String.UTF8.encode(text);
  const start = heap.alloc(<usize>bytes.byteLength + SLACK);
  memory.copy(start, changetype<usize>(bytes), bytes.byteLength);
  const view = new ElementView(['/s3Interval', '/s3AccountList']);
  if (bytes.byteLength > 0) view.walk(start, start + bytes.byteLength);
  interval = textOf(view, INTERVAL);
  accountList = textOf(view, ACCOUNTS);
  heap.free(start);
}

function textOf(view: ElementView, index: i32): string {
  return view.text(index) ? String.UTF8.decodeUnsafe(view.textStart, view.textSize) : '';
}
