/* What makes WebAssembly of a plugin's sources: the compiler of a language, installed in the author's project. */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { packageRoot } from '../../base/package-root.ts';
import type { Manifest } from '../../plugin/file/manifest.ts';

export interface CompileMessage {
  readonly isError: boolean;
  readonly text: string;
  /** Relative to the folder, or of the SDK; `undefined`: it is about the whole. Both numbers count from 1. */
  readonly place:
    | { readonly file: string; readonly line: number; readonly character: number }
    | undefined;
}

export interface Compiled {
  /** A core module or a component; `undefined`: there are errors. */
  readonly bytes: Uint8Array | undefined;
  readonly messages: readonly CompileMessage[];
}

export interface CompileRequest {
  readonly manifest: Manifest;
  /** With names and assertions, and not optimised. */
  readonly isDebug: boolean;
}

export interface Toolchain {
  readonly language: string;
  /** In the author’s folder: the first that is there says which language it is. */
  readonly entries: readonly string[];
  /** Files watched for changes, by their paths in the folder. */
  readonly sources: RegExp;
  /** Bytes that what it makes needs, for manifests that say nothing of it; absent: the engine's own limit will do. */
  readonly memorySizeMax?: number;
  /** What is missing, and how it is installed. */
  findObstacle(folder: string): { readonly message: string; readonly hint: string } | undefined;
  compile(folder: string, entry: string, request: CompileRequest): Promise<Compiled>;
}

/**
 * A file of a package that the project in `folder`, or one above it, has installed, or else Tiercel itself: a clone
 * brings the compilers. `undefined`: none of them has it.
 */
export function findInstalled(folder: string, file: string): string | undefined {
  return findAbove(resolve(folder), file) ?? findAbove(packageRoot(), file);
}

function findAbove(folder: string, file: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, 'node_modules', file);
    if (existsSync(path)) return path;
    if (at === dirname(at)) return undefined;
  }
}

export function asError(text: string): CompileMessage {
  return { isError: true, text, place: undefined };
}
