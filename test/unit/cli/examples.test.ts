/* Each command has two examples in its help, which are commands that exist. */

import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../../engine/cli/program/examples.ts';
import { createProgram } from '../../../engine/cli/program/program.ts';

const program = createProgram(() => {});

function* commandsOf(command: Command, words: readonly string[]): Generator<[string, Command]> {
  yield [words.join(' '), command];
  for (const inner of command.commands) yield* commandsOf(inner, [...words, inner.name()]);
}
const commands = new Map(commandsOf(program, []));

/** As a shell splits it; the examples have single quotes at most, and nothing behind a redirection counts. */
function wordsOf(example: string): string[] {
  const [command = ''] = example.split(' > ');
  return (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
}

/** The innermost command that the words name, and the rest of them. */
function commandFor(words: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program;
  let rest = words.slice(1);
  for (;;) {
    const inner = command.commands.find((one) => one.name() === rest[0]);
    if (inner === undefined) return { command, rest };
    command = inner;
    rest = rest.slice(1);
  }
}

describe('examples in the help', () => {
  it('are there for each command, and for no other', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual([...commands.keys()].sort());
    for (const [name, [first, second]] of Object.entries(EXAMPLES))
      expect(first, name).not.toBe(second);
  });

  it.each(Object.entries(EXAMPLES))(
    '%s: have options and arguments that exist',
    (name, examples) => {
      for (const example of examples) {
        const words = wordsOf(example);
        expect(words[0]).toBe('tiercel');
        const { command, rest } = commandFor(words);
        // A group of commands shows those that are used most.
        const isOfCommand = name === '' || example.startsWith(`tiercel ${name}`);
        expect(isOfCommand, example).toBe(true);
        let positional = 0;
        for (let index = 0; index < rest.length; index++) {
          const word = rest[index] ?? '';
          if (!word.startsWith('-')) {
            positional += 1;
            continue;
          }
          const option = command.options.find(({ short, long }) => [short, long].includes(word));
          expect(option, `${word} in: ${example}`).toBeDefined();
          if (option?.required) index += 1;
        }
        const needed = command.registeredArguments.filter(({ required }) => required).length;
        const variadic = command.registeredArguments.some((argument) => argument.variadic);
        expect(positional, example).toBeGreaterThanOrEqual(needed);
        if (!variadic)
          expect(positional, example).toBeLessThanOrEqual(command.registeredArguments.length);
      }
    },
  );
});
