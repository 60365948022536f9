import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const ROTATIONS = ['rename', 'copy-truncate', 'gzip'] as const;
export type Rotation = (typeof ROTATIONS)[number];

/** A log as a program and logrotate write it: numbered lines, whatever file they end up in. */
export class RotatingLog {
  readonly path: string;
  /** Lines so far. */
  lines = 0;
  #rotations = 0;
  readonly #kept: number;

  /** `kept`: rotated files that are kept, as logrotate does it. */
  constructor(folder: string, kept = 3) {
    this.path = join(folder, 'app.log');
    this.#kept = kept;
    writeFileSync(this.path, '');
  }

  write(count: number, toLine: (number: number) => string): void {
    let text = '';
    for (let line = 0; line < count; line++) {
      this.lines += 1;
      text += `${toLine(this.lines)}\n`;
    }
    // In two pieces, the first of which ends in the middle of a line.
    const cut = Math.floor(text.length / 2);
    appendFileSync(this.path, text.slice(0, cut));
    appendFileSync(this.path, text.slice(cut));
  }

  rotate(rotation: Rotation): void {
    this.#rotations += 1;
    const rotated = `${this.path}.${this.#rotations}`;
    if (rotation === 'copy-truncate') {
      copyFileSync(this.path, rotated);
      truncateSync(this.path);
    } else {
      renameSync(this.path, rotated);
      writeFileSync(this.path, '');
    }
    if (rotation === 'gzip') {
      writeFileSync(`${rotated}.gz`, gzipSync(readFileSync(rotated)));
      rmSync(rotated);
    }
    const oldest = `${this.path}.${this.#rotations - this.#kept}`;
    for (const path of [oldest, `${oldest}.gz`]) if (existsSync(path)) rmSync(path);
  }
}
