import { createDiagnostic, type Diagnostic } from './diagnostic.ts';

/** Of one code: further ones tell nobody more, and each has a line of the text beside it. */
const KIND_MAX = 200;

/** The first ones of each code, and at the end how many of which there were beside them. */
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
