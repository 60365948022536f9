/* A password: from the environment, or else typed at the terminal, where it is not shown. */

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';
import { say, type Terminal } from './terminal.ts';

const VARIABLE = 'TIERCEL_KEY_PASSWORD';

export interface PasswordRequest {
  /** What it is for. */
  readonly of: string;
  /** A new one is asked for twice. */
  readonly isNew: boolean;
}

export async function askPassword(
  { of, isNew }: PasswordRequest,
  terminal: Terminal,
): Promise<Checked<string>> {
  const given = process.env[VARIABLE];
  if (given !== undefined && given !== '') return { value: given, diagnostics: [] };
  if (!process.stdin.isTTY) return unknown(`the password of ${of} is not known`);
  const first = await read(`Password of ${of}: `, terminal);
  if (first === '') return unknown(`an empty password for ${of}`);
  if (!isNew || (await read('Once more: ', terminal)) === first)
    return { value: first, diagnostics: [] };
  return unknown('the two passwords are not the same');
}

function unknown(message: string): Checked<string> {
  const hint = `run it in a terminal, or set ${VARIABLE}`;
  return { value: undefined, diagnostics: [createDiagnostic('KEY_UNUSABLE', { message, hint })] };
}

async function read(question: string, terminal: Terminal): Promise<string> {
  terminal.stderr.write(question);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    say(terminal, '');
  }
}
