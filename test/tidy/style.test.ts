import { describe, expect, it } from 'vitest';
import { listFiles } from './source-files.ts';

const LINES_MAX = 320;
const LINE_LENGTH_MAX = 120;
const FUNCTION_LINES_MAX = 60;
/** What may change in an object, and only by its own methods. */
const MUTABLE_FIELDS_MAX = 9;
/** The one loop over all bytes of a log: a call in it would cost more than its length. */
const LONG_BY_INTENTION = ['plugins-wasm/sdk/assemblyscript/json-validate.ts'];

const engine = listFiles('engine', ['.ts']);
const assembly = listFiles('plugins-wasm', ['.ts']);
const tests = listFiles('test', ['.ts', '.mjs']);
const hand = [...engine, ...assembly];

/** Where a call is allowed; everywhere else the replacement is to be used. */
const BANNED = [
  { pattern: /\bDate\.now\(/, except: ['engine/base/clock.ts'], instead: 'base/clock.ts' },
  {
    pattern: /\bperformance\.now\(/,
    // The time of single rules is measured between two bitsets.
    except: ['engine/base/clock.ts', 'engine/detect/'],
    instead: 'base/clock.ts',
  },
  { pattern: /\bMath\.random\(/, except: [], instead: 'a parameter' },
  { pattern: /\beval\(|\bnew Function\(/, except: [], instead: 'detect/compile/' },
  // The examples of the public interface print.
  { pattern: /\bconsole\./, except: ['engine/index.ts'], instead: 'cli/ or outputs/' },
  {
    pattern: /\bprocess\.exit\(/,
    except: ['engine/cli/', 'engine/worker/process-port.ts'],
    instead: 'an exit code',
  },
  { pattern: /: any[;,)\]]|<any>|\bas any\b/, except: ['plugins-wasm/'], instead: 'unknown' },
  { pattern: /\bTODO\b|\bFIXME\b|\bXXX\b/, except: [], instead: 'the work itself' },
  { pattern: /^export default /m, except: [], instead: 'a named export' },
] as const;

/** Where something from outside comes in without `guarded`, since nothing is done there that could throw. */
const UNGUARDED = [
  'engine/base/owner-lock.ts',
  'engine/cli/command/plugin-build.ts',
  'engine/cli/console/stop-on-signals.ts',
  'engine/cli/main.ts',
  'engine/outputs/transport/http-output.ts',
  'engine/outputs/transport/local-log.ts',
  'engine/outputs/transport/running-program.ts',
  'engine/store/aws/sqs-queue.ts',
  'engine/store/webhook/answer.ts',
  'engine/tools/conformance/run-conformance.ts',
  'engine/worker/open-worker-port.ts',
  'engine/worker/watchdog.ts',
];
const ENTRY = /setInterval\(|\.on\('(?:message|data|request)'|process\.on\(|[^.]\bwatch\(/;

describe('style', () => {
  it('guards what comes from outside', () => {
    const unguarded = engine
      .filter(({ text }) => ENTRY.test(text) && !text.includes('base/guard.ts'))
      .map(({ path }) => path);
    expect(unguarded.toSorted()).toEqual(UNGUARDED);
  });

  it(`keeps files below ${LINES_MAX} lines`, () => {
    const long = [...hand, ...tests, ...listFiles('plugins-wasm', ['.h', '.c', '.js'])]
      .map(({ path, text }) => `${path}: ${text.split('\n').length}`)
      .filter((row) => Number(row.split(': ')[1]) > LINES_MAX);
    expect(long).toEqual([]);
  });

  it(`keeps lines below ${LINE_LENGTH_MAX} characters`, () => {
    const long = hand.flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) => (line.length > LINE_LENGTH_MAX ? [`${path}:${index + 1}`] : [])),
    );
    expect(long).toEqual([]);
  });

  it(`keeps functions below ${FUNCTION_LINES_MAX} lines`, () => {
    const short = hand.filter(({ path }) => !LONG_BY_INTENTION.includes(path));
    expect(short.flatMap(longFunctions)).toEqual([]);
  });

  it(`keeps what may change in a class private, and at most ${MUTABLE_FIELDS_MAX} fields`, () => {
    const wrong = engine.flatMap(({ path, text }) =>
      classesOf(text).flatMap(({ name, mutable }) => {
        const open = mutable.filter((field) => !field.startsWith('#'));
        if (open.length > 0) return [`${path} ${name}: ${open.join(', ')} can be written to`];
        return mutable.length > MUTABLE_FIELDS_MAX ? [`${path} ${name}: ${mutable.length}`] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('calls nothing that is banned', () => {
    const wrong = hand.flatMap(({ path, text }) =>
      BANNED.filter(({ pattern, except }) => {
        return pattern.test(text) && !except.some((allowed) => path.startsWith(allowed));
      }).map(({ pattern, instead }) => `${path}: ${pattern} (use ${instead})`),
    );
    expect(wrong).toEqual([]);
  });

  it('leaves no test switched off or focused', () => {
    const pattern = /\b(?:it|test|describe)\.(?:only|skip|todo)\(/;
    expect(tests.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

const CLASS = /^(?:export )?(?:abstract )?class (\w+)[^{]*\{\n([\s\S]*?)^\}/gm;
const FIELD =
  /^ {2}(?!readonly |static |get |set |async |return|private |constructor|override )(#?\w+)(?:: [^=(;\n]+)?(?: =[^=]|;)/gm;

function classesOf(text: string): { name: string; mutable: string[] }[] {
  return [...text.matchAll(CLASS)].map(([, name = '', body = '']) => ({
    name,
    mutable: [...body.matchAll(FIELD)].map((match) => match[1] ?? ''),
  }));
}

/** By indentation: from a line that opens a function to the line that closes it at the same depth. */
function longFunctions(file: { path: string; text: string }): string[] {
  const found: string[] = [];
  const lines = file.text.split('\n');
  const opening =
    /^(\s*)(?:export )?(?:async )?(?:private |override )?(?:function\b|static |get |#?\w+\().*\{$|^(\s*)(?:export )?const \w+ = (?:async )?\(.*=> \{$/;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const match = opening.exec(line);
    if (match === null || /^\s*(?:if|for|while|switch|return|describe|it)\b/.test(line)) continue;
    const indentation = match[1] ?? match[2] ?? '';
    const end = lines.findIndex((other, at) => at > index && other.startsWith(`${indentation}}`));
    if (end - index > FUNCTION_LINES_MAX) found.push(`${file.path}:${index + 1} (${end - index})`);
  }
  return found;
}
