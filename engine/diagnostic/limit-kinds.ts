import { createDiagnostic, type Diagnostic } from './diagnostic.ts';

/** Most diagnostics of one code: more of them tell the user nothing new, and each has a line of the text beside it. */
const KIND_MAX = 200;

/** The first diagnostics of each code, and at the end how many more of it were left out. */
export function limitKinds(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const counts = new Map<Diagnostic['code'], number>();
  const kept = diagnostics.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= KIND_MAX;
  });
  for (const [code, count] of counts) {
    if (count <= KIND_MAX) continue;
    const message = `${count - KIND_MAX} more of this kind are not shown`;
    kept.push(createDiagnostic(code, { message }));
  }
  return kept;
}
