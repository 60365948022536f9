/* Whom a receiver is believed, and how we show who we are: the files that Falco's `http_output` names. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

/** Paths are absolute. */
export interface TlsFiles {
  /** Whoever answers is believed. */
  readonly isInsecure: boolean;
  /** PEM; beside those, the system’s authorities hold only where none is named. */
  readonly caFiles: readonly string[];
  /** A folder of PEM files. */
  readonly caFolder: string | undefined;
  /** PEM; `undefined`: we show none. */
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
}

export const NO_TLS_FILES: TlsFiles = Object.freeze({
  isInsecure: false,
  caFiles: [],
  caFolder: undefined,
  certificateFile: undefined,
  keyFile: undefined,
});

export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

const CERTIFICATE = '-----BEGIN CERTIFICATE-----';

/** Rejects with what the system says, after the file it says it of. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsOptions> {
  const { isInsecure, caFiles, caFolder, certificateFile, keyFile } = files;
  const authorities = await Promise.all(caFiles.map(readPem));
  if (caFolder !== undefined) authorities.push(...(await readFolder(caFolder)));
  return {
    rejectUnauthorized: !isInsecure,
    ...(authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] }),
    ...(certificateFile === undefined ? {} : { cert: await readPem(certificateFile) }),
    ...(keyFile === undefined ? {} : { key: await readPem(keyFile) }),
  };
}

async function readFolder(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readIfFile(join(folder, name))));
  return texts.filter((text) => text.includes(CERTIFICATE));
}

async function readIfFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return '';
    throw error;
  }
}

function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8');
}
