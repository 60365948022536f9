/* What a plugin is tried on: a location on this machine, or the samples that it carries. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { systemErrorText } from '../../base/system-error.ts';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';
import type { ComponentFile } from '../../plugin/gate/component-file.ts';
import type { SampleFile } from './sample-store.ts';

/** More is left out: a trial reads everything many times. */
const SIZE_MAX = 32 << 20;

export interface Samples {
  readonly files: readonly SampleFile[];
  /** Open parameters. */
  readonly location: string;
  /** Files that were left out because there were too many bytes before them. */
  readonly leftOut: number;
}

/** `location`: a file or a folder; `undefined`: the samples. */
export function readSamples(
  { manifest, attachments }: ComponentFile,
  location: string | undefined,
): Checked<Samples> {
  const isOfMessages = manifest.capabilities.queue.length > 0;
  if (manifest.source !== undefined && manifest.source.openParams !== 'location' && !isOfMessages)
    return { value: { files: [], location: location ?? '', leftOut: 0 }, diagnostics: [] };
  if (location === undefined) {
    const files = attachments.samples.map(({ name, bytes }) => ({
      path: name,
      bytes: decoded(bytes),
    }));
    const single = files.length === 1 ? files.map(({ bytes }) => ({ path: '', bytes })) : files;
    return { value: { files: inOrder(single), location: 'samples', leftOut: 0 }, diagnostics: [] };
  }
  try {
    const paths = statSync(location).isDirectory() ? filesIn(location) : [location];
    const files: SampleFile[] = [];
    let size = 0;
    for (const path of paths) {
      const bytes = decoded(readFileSync(path));
      size += bytes.length;
      if (size > SIZE_MAX && files.length > 0) break;
      const name = path === location ? '' : relative(location, path).split(sep).join('/');
      files.push({ path: name, bytes: bytes.subarray(0, SIZE_MAX) });
    }
    const leftOut = paths.length - files.length;
    return { value: { files: inOrder(files), location, leftOut }, diagnostics: [] };
  } catch (error) {
    const message = `cannot read ${location}: ${systemErrorText(error)}`;
    const hint = 'a file or a folder on this machine, plain or gzip';
    return {
      value: undefined,
      diagnostics: [createDiagnostic('SOURCE_UNREADABLE', { message, hint })],
    };
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** As the store lists them. */
function inOrder(files: readonly SampleFile[]): SampleFile[] {
  return [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function decoded(bytes: Uint8Array): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? gunzipSync(bytes) : bytes;
}
