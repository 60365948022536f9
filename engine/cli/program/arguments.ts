/* Arguments as people write them → arguments as the program declares them. */

/** Options whose value is a rules file, of which several may follow: `-r rules/*.yaml`. */
const FILE_OPTIONS = ['-r', '--rules', '-V', '--validate'];

/**
 * `-r a.yaml b.yaml` becomes `-r a.yaml -r b.yaml`, and Falco's `-V FILE` without a command becomes
 * `run -V FILE`.
 */
export function normalizeArguments(args: readonly string[]): string[] {
  const words = args[0] === '-V' ? ['run', ...args] : withoutBy(args);
  const result: string[] = [];
  let option: string | undefined;
  let isValue = false;
  for (const word of words) {
    if (isValue) isValue = false;
    else if (FILE_OPTIONS.includes(word)) {
      option = word;
      isValue = true;
    } else if (option !== undefined && isYamlName(word)) result.push(option);
    else option = undefined;
    result.push(word);
  }
  return result;
}

/** `--count by FIELD`, as one says it, is `--count FIELD`. */
function withoutBy(args: readonly string[]): readonly string[] {
  return args.filter((word, index) => word !== 'by' || args[index - 1] !== '--count');
}

function isYamlName(name: string): boolean {
  return !name.startsWith('-') && /\.ya?ml$/.test(name);
}
