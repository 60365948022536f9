import type { ByteString } from '../../base/text.ts';
import { compileGlob } from './glob.ts';

/** `pmatch`: the path is one of the given ones or lies below; components may be glob patterns. */
export function compilePathMatch(paths: readonly ByteString[]): (text: ByteString) => boolean {
  const patterns = paths.map((path) =>
    components(path).map((component) =>
      /[?*[]/.test(component) ? compileGlob(component) : (text: string) => text === component,
    ),
  );
  return (text) => {
    const parts = components(text);
    return patterns.some(
      (pattern) =>
        pattern.length <= parts.length && pattern.every((test, index) => test(parts[index] ?? '')),
    );
  };
}

function components(path: string): string[] {
  return path.split('/').filter((component) => component !== '');
}
