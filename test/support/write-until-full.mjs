// write-until-full.mjs MODULE FILE: appends lines until the file takes no more, makes room, and appends one more.
import { statSync, truncateSync } from 'node:fs';

const [module, path] = process.argv.slice(2);
const { LineFile } = await import(module);
const file = new LineFile(path, { mode: 0o600, keepsOpen: true });
await file.open();
const lines = Array.from(
  { length: 999 },
  (_, number) => `line ${String(number).padStart(3, '0')}\n`,
);
const { message, taken } = await file.append(lines.join('')).catch((error) => error);
// Room again; what is there ends within a line.
truncateSync(path, Math.floor(statSync(path).size / 18) * 9 + 3);
await file.append('next\n');
await file.close();
process.stdout.write(JSON.stringify({ message, taken }));
