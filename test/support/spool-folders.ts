import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Spool } from '../../engine/outputs/delivery/spool/spool.ts';
import { scratchFolder } from './scratch-folder.ts';

const scratch = scratchFolder('spool');
let folders = 0;
export const newFolder = (): string => join(scratch.path, `s${folders++}`);
export const openSpool = async (folder: string, more: object = {}): Promise<Spool> => {
  const spool = new Spool({ folder, sizeMax: 1 << 20, isLocked: true, ...more });
  await spool.open();
  return spool;
};
export const linesOf = async (spool: Spool, max = 1_000): Promise<string[]> =>
  (await spool.peek(max)).map(({ line }) => line);
export const segmentsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
