/*
 * Changes to the code that the transpiler generates. Each has to find its place: where it does not, the transpiler
 * writes other text than it did, and a limit or a cure would be gone without a word.
 */

import { LIMITS } from '../../base/limits.ts';

interface Amendment {
  /** What the generated code is missing when it is not found. */
  readonly place: string;
  readonly from: string;
  readonly to: string;
  /** Code without this word has no such place: a plugin that calls no host has no end of a host call. */
  readonly word: string;
}

/** In the generated code: what every text of the guest goes through. */
export const TEXT_DECODER = 'const TEXT_DECODER_UTF8 = new TextDecoder();';
/** In the generated code: the end of a host call without a call around it. */
export const TASK_RESOLVED = 'createdTask.resolve([syncRes]);';

/** A text that is too long to be used is not copied out of the guest's memory first. */
const DECODE_LIMITED = `(() => {
  const decoder = new TextDecoder();
  return (bytes) => {
    if (bytes.byteLength <= ${LIMITS.hostTextSizeMax.value}) return decoder.decode(bytes);
    const sizes = bytes.byteLength + ' bytes, of at most ${LIMITS.hostTextSizeMax.value}';
    throw new Error('calls the host with a text of ' + sizes);
  };
})()`;

const AMENDMENTS: readonly Amendment[] = [
  // Looked up at every call: 3 µs instead of 1 µs.
  {
    place: 'debugging switch',
    from: 'globalThis?.process?.env?.JCO_DEBUG',
    to: 'false',
    word: 'JCO_DEBUG',
  },
  // For every host call outside of its own calls, such as those of `next` (abi/core-source.ts), the glue
  // keeps a task in two tables and searches them: what it began with the call ends with it.
  {
    place: 'end of a host call',
    from: TASK_RESOLVED,
    to: `${TASK_RESOLVED} createdTask.validateResourceBorrowScope(); clearCurrentTask(componentIdx, taskID);`,
    word: 'createdTask',
  },
  {
    place: 'decoder of texts',
    from: TEXT_DECODER,
    to: `const TEXT_DECODER_UTF8 = { decode: ${DECODE_LIMITED} };`,
    word: 'TextDecoder',
  },
];

/** Throws when a change does not find its place. */
export function amendGlue(glue: string): string {
  return AMENDMENTS.reduce((text, { place, from, to, word }) => {
    const parts = text.split(from);
    if (parts.length === 1 && glue.includes(word))
      throw new Error(`the generated code has no ${place} that is known`);
    return parts.join(to);
  }, glue);
}
