/*
 * A copy of the product in which the processes of plugins of others run code that is not the product's: what a plugin
 * could do that had got out of WebAssembly. The plugin itself is harmless; it is there so that there is a process.
 */

import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { REPOSITORY } from './run-program.ts';

const ENTRIES = {
  source: 'run/stream/source-worker',
  extractor: 'run/evaluate/extractor-worker',
} as const;

/** Reads, writes and the messages of an honest process, for the code that is put in its place. */
const PRELUDE = `
import fs from 'node:fs';
import v8 from 'node:v8';
const raw = (bytes) => { for (let at = 0; at < bytes.length; ) at += fs.writeSync(3, bytes, at); };
const send = (message) => {
  const body = v8.serialize(message);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  raw(Buffer.concat([head, body]));
};
let had = Buffer.alloc(0);
const receive = () => {
  for (;;) {
    if (had.length >= 4 && had.length >= 4 + had.readUInt32LE(0)) {
      const size = 4 + had.readUInt32LE(0);
      const message = v8.deserialize(had.subarray(4, size));
      had = had.subarray(size);
      return message;
    }
    const room = Buffer.alloc(65536);
    const size = fs.readSync(3, room, 0, room.length, null);
    if (size === 0) process.exit(0);
    had = Buffer.concat([had, room.subarray(0, size)]);
  }
};
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const sparse = (length) => { const list = []; list.length = length; return list; };
const log = { lines: [], unlisted: new Map() };
const notes = (more) => ({
  kind: 'notes',
  notes: { problems: [], unlistedProblems: { lost: 0, warnings: 0 }, log, ...more },
});
const state = (more) => ({
  position: new Uint8Array(1), run: 0, events: 0, bytes: 0, eventsWithoutTime: 0, firstTime: undefined,
  latestTime: undefined, ...more,
});
const batch = (more, behind) => ({
  kind: 'batch',
  batch: {
    slot: 0, eventCount: 1, dataSize: 2, ownData: undefined, firstEventNumber: 1, firstTime: 0n, ...more,
  },
  state: state({ events: 1, ...behind }),
  finishedRun: 0,
  notes: undefined,
});
const request = (more) => ({
  kind: 'store',
  request: { kind: 'open', id: 1, root: 'input', path: 'a.jsonl', encoding: 'identity', offset: 0, ...more },
});
const columns = (more) => ({
  kind: 'columns',
  log,
  columns: {
    cells: new Uint32Array(0), texts: new Uint32Array(0), numbers: new BigUint64Array(0),
    lists: new Uint32Array(0), scratch: new Uint8Array(0), dictionaryRequests: new Uint16Array(0),
    dictionaryEnds: new Uint32Array(0), dictionaryData: new Uint8Array(0), dictionaryEpoch: 0, ...more,
  },
});
/** Up to the first events that are to be extracted. */
const untilEvents = () => {
  for (;;) {
    const message = receive();
    if (message.kind === 'extract') return message;
    send({ kind: 'done', log });
  }
};
const open = () => { receive(); send({ kind: 'open' }); };
const end = () => { send({ kind: 'ended', reason: 'end' }); sleep(1000); };
`;

export class HostileProduct {
  readonly program: string;
  readonly #engine: string;

  constructor(folder: string) {
    for (const name of ['dist', 'schemas', 'rules', 'package.json'])
      cpSync(join(REPOSITORY, name), join(folder, name), { recursive: true });
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
    this.#engine = join(folder, 'dist/engine');
    this.program = join(this.#engine, 'cli/main.js');
    for (const entry of Object.values(ENTRIES)) {
      const own = `${basename(entry)}.own.js`;
      cpSync(join(this.#engine, `${entry}.js`), join(this.#engine, `${entry}.own.js`));
      writeFileSync(
        join(this.#engine, `${entry}.js`),
        `import { isMainThread } from 'node:worker_threads';
await import(isMainThread ? './${own.replace('.own.js', '.evil.js')}' : './${own}');
`,
      );
    }
  }

  /** From now on processes of that kind run `code`; those of the other kind what they should. */
  replace(side: keyof typeof ENTRIES, code: string): void {
    for (const [name, entry] of Object.entries(ENTRIES)) {
      const text = name === side ? PRELUDE + code : `await import('./${basename(entry)}.own.js');`;
      writeFileSync(join(this.#engine, `${entry}.evil.js`), text);
    }
  }
}
