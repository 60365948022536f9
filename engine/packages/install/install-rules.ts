/* Rules are installed as plugins are: fetched, judged, and only then written. */

import { decodeText } from '../../base/text.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { readYamlDocument } from '../../diagnostic/schema/yaml-document.ts';
import { createTextDocument } from '../../diagnostic/text-document.ts';
import type { PublicKey } from '../trust/public-key.ts';
import { digestOf } from '../trust/signed-file.ts';
import type { OnProgress } from './fetch-plugin.ts';
import { fetchRules, findNameFault } from './fetch-rules.ts';
import type { Agreed, InstallPlace } from './install.ts';
import { findSigner, findStepBack } from './judge-signer.ts';
import type { LockedRules } from './lock.ts';
import { parseReference } from './reference.ts';

export interface RulesWish {
  /** A file, a URL, `oci://…`, or the name of installed rules. */
  readonly reference: string;
  /** Under which configurations use it; `undefined`: the one it comes with. */
  readonly name: string | undefined;
  readonly keys: readonly PublicKey[];
  readonly isForced: boolean;
}

export interface RulesProposal extends Agreed {
  readonly locked: LockedRules;
  readonly before: LockedRules | undefined;
  readonly sizeBytes: number;
  /** Rules, macros and lists. */
  readonly itemCount: number;
}

/** Nothing is written. */
export async function proposeRules(
  { lock, policy }: InstallPlace,
  { reference: written, name: given, keys, isForced }: RulesWish,
  onProgress: OnProgress,
): Promise<Checked<RulesProposal>> {
  const installed = lock.rules[written];
  const reference = parseReference(installed?.from ?? written);
  if (typeof reference === 'string')
    return refused(createDiagnostic('INSTALL_REFERENCE', { message: reference }));
  const { value: fetched, diagnostics } = await fetchRules(reference, onProgress);
  if (fetched === undefined) return { value: undefined, diagnostics };
  const { read, from, version } = fetched;
  const wanted = given ?? (installed === undefined ? fetched.name : written);
  const { value: name, diagnostics: ofName } = findNameFault(wanted);
  if (name === undefined) return { value: undefined, diagnostics: ofName };
  const request = { read, from, lock, policy, keys, isForced };
  const signer = findSigner(request);
  if (signer !== undefined && 'code' in signer) return refused(signer);
  const items = countItems(from, read.bytes);
  if (typeof items !== 'number') return refused(items);
  const digest = digestOf(read.bytes);
  const before = lock.rules[name];
  const what = `the rules \`${name}\``;
  const stepBack = before && findStepBack({ what, version, digest, signer }, before, request);
  if (stepBack !== undefined) return refused(stepBack);
  const locked = { version, digest, key: signer?.text, from };
  const sizeBytes = read.bytes.length;
  const value = { kind: 'rules' as const, name, read, locked, before, sizeBytes, itemCount: items };
  return { value, diagnostics: [] };
}

function refused(diagnostic: Diagnostic): Checked<never> {
  return { value: undefined, diagnostics: [diagnostic] };
}

/** That it is a list of rules; what they say is checked where they are used. `undefined`: it is one. */
export function findRulesFault(from: string, bytes: Uint8Array): Diagnostic | undefined {
  const items = countItems(from, bytes);
  return typeof items === 'number' ? undefined : items;
}

function countItems(from: string, bytes: Uint8Array): number | Diagnostic {
  const document = createTextDocument(from, decodeText(bytes));
  const { value, errors } = readYamlDocument(document);
  const [error] = errors;
  if (error !== undefined) {
    const primary = { document, span: error.span, text: 'here' };
    return createDiagnostic('INSTALL_NO_RULES', { message: error.message, primary });
  }
  if (Array.isArray(value)) return value.length;
  return createDiagnostic('INSTALL_NO_RULES', { message: `${from} is no list of rules` });
}
