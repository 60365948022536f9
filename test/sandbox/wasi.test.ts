/* Components of toolchains that cannot do without WASI: they load, and have nothing of the machine. */

import { describe, expect, it } from 'vitest';
import { contain, HOSTILE_EXTRACTOR, runMeasured } from '../support/containment.ts';
import { buildPlugin, extractorModule, NOTHING_FOUND } from '../support/hostile-module.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('wasi');

/** The parts of WASI 0.2 that the tests call; `contents` of a write may be replaced. */
const packages = (contents = 'list<u8>'): string => `
package wasi:io@0.2.3 {
  interface streams {
    resource output-stream {
      blocking-write-and-flush: func(contents: ${contents}) -> result<_, u32>;
    }
  }
}
package wasi:cli@0.2.3 {
  interface stderr {
    use wasi:io/streams@0.2.3.{output-stream};
    get-stderr: func() -> output-stream;
  }
  interface exit { exit: func(status: result); }
  interface environment {
    get-environment: func() -> list<tuple<string, string>>;
    %constructor: func() -> string;
  }
}
package wasi:random@0.2.3 { interface random { get-random-u64: func() -> u64; } }
package wasi:clocks@0.2.3 { interface monotonic-clock { now: func() -> u64; } }
package wasi:filesystem@0.2.3 {
  interface types { resource descriptor { stat: func() -> u64; } }
  interface preopens {
    use types.{descriptor};
    get-directories: func() -> list<tuple<descriptor, string>>;
  }
}
package wasi:sockets@0.2.3 { interface network { connect: func(to: string) -> u32; } }
package wasi:http@0.2.3 { interface handler { handle: func() -> u32; } }
`;
const NAMES = {
  stderr: 'wasi:cli/stderr@0.2.3',
  streams: 'wasi:io/streams@0.2.3',
  exit: 'wasi:cli/exit@0.2.3',
  environment: 'wasi:cli/environment@0.2.3',
  random: 'wasi:random/random@0.2.3',
  clock: 'wasi:clocks/monotonic-clock@0.2.3',
  preopens: 'wasi:filesystem/preopens@0.2.3',
  network: 'wasi:sockets/network@0.2.3',
  http: 'wasi:http/handler@0.2.3',
} as const;

const IMPORTS: Readonly<Record<string, string>> = {
  stderr: `(import "${NAMES.stderr}" "get-stderr" (func $stderr (result i32)))
    (import "${NAMES.streams}" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))`,
  exit: `(import "${NAMES.exit}" "exit" (func $exit (param i32)))`,
  environment: `(import "${NAMES.environment}" "get-environment" (func $environment (param i32)))
    (import "${NAMES.environment}" "constructor" (func $constructor (param i32)))`,
  random: `(import "${NAMES.random}" "get-random-u64" (func $random (result i64)))`,
  clock: `(import "${NAMES.clock}" "now" (func $now (result i64)))`,
  preopens: `(import "${NAMES.preopens}" "get-directories" (func $directories (param i32)))`,
  network: `(import "${NAMES.network}" "connect" (func $connect (param i32 i32) (result i32)))`,
  http: `(import "${NAMES.http}" "handle" (func $handle (result i32)))`,
};

type Interface = keyof typeof NAMES;

function build(uses: Interface, does: string, contents?: string): Promise<string> {
  const more = `${IMPORTS[uses]} (data (i32.const 2100) "hello\\1b[2J\\n")`;
  const extract = `${does} ${NOTHING_FOUND}`;
  const imports = `import ${NAMES[uses]};`;
  return buildPlugin(folder.path, extractorModule({ extract, more }), HOSTILE_EXTRACTOR, {
    imports,
    packages: packages(contents),
  });
}

const WRITE = '(call $write (call $stderr) (i32.const 2100) (i32.const 10) (i32.const 2200))';
/** A trap, unless it is so. */
const must = (condition: string): string => `(if (i32.eqz ${condition}) (then unreachable))`;

describe('a component with WASI', () => {
  it('writes to the log', async () => {
    const path = await build('stderr', WRITE);
    const { stderr } = await contain(path, 'extractor', {
      code: 0,
      said: /^hostile warning: hello/m,
    });
    expect(stderr).not.toContain('\u001b');
  });

  const harmless: [what: Interface, does: string][] = [
    [
      'environment',
      `(call $environment (i32.const 2200)) ${must('(i32.eqz (i32.load (i32.const 2204)))')}`,
    ],
    [
      'preopens',
      `(call $directories (i32.const 2200)) ${must('(i32.eqz (i32.load (i32.const 2204)))')}`,
    ],
    ['clock', must('(i64.eqz (call $now))')],
    ['random', must('(i64.ne (call $random) (call $random))')],
  ];
  it.each(harmless)('finds nothing of the machine in %s', async (uses, does) => {
    const path = await build(uses, does);
    // Nobody is at fault, so the plugin is not named.
    await contain(path, 'extractor', { code: 0, said: /^3 events/m, isNamed: false });
  });

  const refused: [what: string, uses: Interface, does: string, said: RegExp][] = [
    ['exits', 'exit', '(call $exit (i32.const 0))', /trap: exits/],
    [
      'connects',
      'network',
      '(drop (call $connect (i32.const 2100) (i32.const 5)))',
      /calls wasi:sockets\/network connect, which no plugin may/,
    ],
    [
      'reaches for a constructor',
      'environment',
      '(call $constructor (i32.const 2200))',
      /calls wasi:cli\/environment constructor, which no plugin may/,
    ],
  ];
  it.each(refused)('that %s is at fault', async (_what, uses, does, said) => {
    await contain(await build(uses, does), 'extractor', { code: 3, said });
  });

  it('that says it writes a text instead of bytes is at fault', async () => {
    const path = await build('stderr', WRITE, 'string');
    await contain(path, 'extractor', { code: 3, said: /writes what is not bytes/ });
  });

  it('that writes lists of lists is refused', async () => {
    const path = await build('stderr', WRITE, 'list<list<u8>>');
    const { code, stderr } = await runMeasured(['plugin', 'inspect', path], folder.path);
    expect(stderr).toContain('that takes such lists [PLUGIN_WORLD_MISMATCH]');
    expect(code).toBe(1);
  });

  it('is refused where there is no such form', async () => {
    const path = await build('http', '(drop (call $handle))');
    const { code, stderr } = await runMeasured(['plugin', 'inspect', path], folder.path);
    expect(stderr).toMatch(
      /imports `wasi:http\/handler@0\.2\.3`, which its manifest does not ask for/,
    );
    expect(code).toBe(1);
  });
});
