/* For whom alerts wait on disk: kept beside them, so that they never go to another receiver, or in another form. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { parseOwnJson } from '../../../base/own-json.ts';
import { writeWhole } from '../../../base/write-whole.ts';

const FILE_NAME = 'destination.json';
const FILE_MODE = 0o600;
const VERSION = 1;

export interface SpoolDestination {
  /** Name of the output in the configuration that wrote last. */
  readonly output: string;
  /** As people know it, without secrets: `http https://siem.example.com/alerts`. */
  readonly label: string;
  /** Format of the alerts: `json`, `text`, `ocsf` … */
  readonly form: string;
  /** Stands for the receiver and the form, 16 hexadecimal digits: equal for equal ones. */
  readonly digest: string;
}

const DESTINATION = v.object({
  version: v.literal(VERSION),
  output: v.string(),
  label: v.string(),
  form: v.string(),
  digest: v.string(),
});

/** Reads the destination of a spool; `undefined` if the file is missing or damaged. */
export async function readDestination(folder: string): Promise<SpoolDestination | undefined> {
  const text = await readFile(join(folder, FILE_NAME), 'utf8').catch(() => '');
  const read = parseOwnJson(DESTINATION, text);
  if (read === undefined) return undefined;
  const { version: _, ...destination } = read;
  return destination;
}

/** Throws the system's error. */
export function writeDestination(folder: string, destination: SpoolDestination): void {
  const text = `${JSON.stringify({ version: VERSION, ...destination }, null, 2)}\n`;
  writeWhole(join(folder, FILE_NAME), text, FILE_MODE);
}
