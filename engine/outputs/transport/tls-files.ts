/* Whom a receiver is believed, and how we show who we are: the files that Falco's `http_output` names. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { systemErrorText } from '../../base/system-error.ts';

/** Paths are absolute. */
export interface TlsFiles {
  /** Accepts any certificate. */
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

/** Rejects with the system's error about a file, or with what the file lacks. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsOptions> {
  const { isInsecure, caFiles, caFolder, certificateFile, keyFile } = files;
  const authorities = await Promise.all(
    caFiles.map((path) => readCertificates('CA certificate', path)),
  );
  if (caFolder !== undefined) authorities.push(...(await readFolder(caFolder)));
  return {
    rejectUnauthorized: !isInsecure,
    ...(authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] }),
    ...(certificateFile === undefined
      ? {}
      : { cert: await readCertificates('client certificate', certificateFile) }),
    ...(keyFile === undefined ? {} : { key: await readKey('client key', keyFile) }),
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

/** Node takes a file without a certificate for one with no authority at all. */
async function readCertificates(what: string, path: string): Promise<string> {
  const text = await readText(what, path);
  try {
    new X509Certificate(text);
    return text;
  } catch {
    throw new Error(`${what} ${path} has no certificate in PEM form`);
  }
}

async function readKey(what: string, path: string): Promise<string> {
  const text = await readText(what, path);
  try {
    createPrivateKey(text);
    return text;
  } catch {
    throw new Error(`${what} ${path} has no private key in PEM form without a password`);
  }
}

async function readText(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`${what} ${path}: ${systemErrorText(error)}`);
  }
}
