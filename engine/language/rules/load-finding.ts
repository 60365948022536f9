import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { Label } from '../../diagnostic/diagnostic.ts';
import type { ItemPlace } from './item-place.ts';
import type { FilePlace } from './placed-text.ts';

/** What a load finds in a rules file: Falco's code and words, our code, and the place. */
export interface LoadFinding {
  /** `undefined`: Falco does not find it, and its results do not have it. */
  readonly falcoCode: string | undefined;
  readonly falcoMessage: string;
  readonly code: DiagnosticCode;
  /** Ours, where it says more than Falco's. */
  readonly message: string | undefined;
  /** The item, with Falco's chain to it. */
  readonly place: ItemPlace;
  /** The text that is wrong: another file than the item's may have appended it. */
  readonly at: FilePlace;
  readonly hint: string | undefined;
  /** Falco reports it, and another finding explains it. */
  readonly isConsequence?: boolean | undefined;
  /** Rules that have no error of their own, and cannot be used because of this one. */
  readonly affected?: readonly (FilePlace & { readonly name: string })[] | undefined;
  /** The place to show, when it is not in the rules file. */
  readonly label?: Label | undefined;
  /** The rule through which one came there, when the place is in a macro. */
  readonly usedBy?: (FilePlace & { readonly name: string }) | undefined;
}

/** What is wrong with an item, in the order in which Falco would find it. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  /** None: the item it changes has errors of its own. */
  readonly findings: readonly LoadFinding[];
  constructor(findings: readonly LoadFinding[]) {
    super(findings.map(({ falcoMessage }) => falcoMessage).join('; '));
    this.findings = findings;
  }
}

/** Reads the parts of an item one after the other, also after one that has an error. */
export class PartReader {
  readonly #findings: LoadFinding[] = [];
  readonly #onError: () => void;

  /** `onError` is called at each error, since Falco has no warnings after its first one. */
  constructor(onError: () => void) {
    this.#onError = onError;
  }

  /** The part; `fallback` if it has an error, which `end` throws. */
  read<Part>(read: () => Part, fallback: Part): Part {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      this.#findings.push(...error.findings);
      this.#onError();
      return fallback;
    }
  }

  /** Throws `LoadError` with the errors of all parts. */
  end(): void {
    if (this.#findings.length > 0) throw new LoadError(this.#findings);
  }
}
