import type { TextDocument } from '../../diagnostic/text-document.ts';
import { positionAt } from '../../diagnostic/text-document.ts';
import type { LoadFinding } from '../rules/load-finding.ts';

/** One entry of `falco_load_results`: Falco's form, so that tools for it read ours. */
export interface RulesFileResult {
  readonly name: string;
  readonly successful: boolean;
  readonly errors: readonly FalcoFinding[];
  readonly warnings: readonly FalcoFinding[];
}

export interface FalcoFinding {
  readonly code: string;
  readonly codedesc: string;
  readonly message: string;
  readonly context: {
    readonly locations: readonly {
      readonly item_type: string;
      readonly item_name: string;
      readonly position: {
        readonly name: string;
        readonly line: number;
        readonly column: number;
        readonly offset: number;
      };
    }[];
    readonly snippet: string;
  };
}

/** Falco's short and long texts; errors carry the short one, warnings the long one. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  LOAD_ERR_FILE_READ: 'File read error',
  LOAD_ERR_YAML_PARSE: 'YAML parse error',
  LOAD_ERR_YAML_VALIDATE: 'Error validating internal structure of YAML file',
  LOAD_ERR_COMPILE_CONDITION: 'Error compiling condition',
  LOAD_ERR_COMPILE_OUTPUT: 'Error compiling output',
  LOAD_ERR_VALIDATE: 'Error validating rule/macro/list/exception objects',
};

const SNIPPET_LENGTH_MAX = 160;

export function toFalcoFinding(
  finding: LoadFinding,
  { ofItem, document }: { readonly ofItem: TextDocument; readonly document: TextDocument },
): FalcoFinding {
  const locations = finding.place.locations.map(({ itemType, itemName, offset }) => {
    const { line, character } = positionAt(ofItem, Math.max(0, offset));
    return {
      item_type: itemType,
      item_name: itemName,
      position: { name: ofItem.name, line: line - 1, column: character - 1, offset },
    };
  });
  const { line } = positionAt(document, finding.at.span.start);
  const start = document.lineStarts[line - 1] ?? 0;
  const end = document.lineStarts[line] ?? document.text.length + 1;
  const snippet = document.text.slice(start, Math.min(end - 1, start + SNIPPET_LENGTH_MAX));
  return {
    code: finding.falcoCode ?? '',
    codedesc: DESCRIPTIONS[finding.falcoCode ?? ''] ?? finding.falcoMessage,
    message: finding.falcoMessage,
    context: { locations, snippet },
  };
}
