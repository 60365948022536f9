import { didYouMean } from '../../base/did-you-mean.ts';
import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { Span } from '../../diagnostic/span.ts';
import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import { CheckProblem } from './check-problem.ts';

export interface UnknownField {
  readonly code: DiagnosticCode;
  readonly falcoMessage: string;
  readonly name: string;
  readonly span: Span;
}

/** The same words for conditions, outputs and what the configuration adds to outputs. */
export function unknownField(
  { code, falcoMessage, name, span }: UnknownField,
  catalog: FieldCatalog,
): CheckProblem {
  const detail = `unknown field \`${name}\` of source \`${catalog.source}\``;
  return new CheckProblem(code, falcoMessage, { span, detail, hint: hintFor(name, catalog) });
}

function hintFor(name: string, { fields }: FieldCatalog): string {
  const near = didYouMean(
    name,
    fields.map((field) => field.name),
  );
  if (near !== undefined) return `did you mean \`${near}\`?`;
  const [family] = name.split('.');
  const isKnown = fields.some((field) => field.name.startsWith(`${family}.`));
  if (isKnown || !name.includes('.')) return '`tiercel list fields` names them';
  return `no loaded plugin has fields that begin with \`${family}.\`; name one in \`load_plugins\``;
}
