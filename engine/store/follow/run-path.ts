/** Number of a run of a followed location, `#NUMBER` or `#NUMBER/PATH`; 0 for other paths. */
export function numberOfRun(path: string): number {
  const found = /^#(\d+)(?:\/|$)/.exec(path)?.[1];
  return found === undefined ? 0 : Number(found);
}

/** The path in `#NUMBER/PATH`; empty if it has none. */
export function pathOfRun(path: string): string {
  return /^#\d+\/([\s\S]*)$/.exec(path)?.[1] ?? '';
}
