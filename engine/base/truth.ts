const TRUE_WORDS: readonly string[] = ['y', 'yes', 'on', 'true'];
const FALSE_WORDS: readonly string[] = ['n', 'no', 'off', 'false'];

/** Words of YAML 1.1, which Falco reads: `yes`, `No`, `OFF`. `undefined`: neither true nor false, also for `nO`. */
export function parseTruth(text: string): boolean | undefined {
  const word = text.toLowerCase();
  const isUniform = text === word || text === text.toUpperCase();
  if (!isUniform && !/^[A-Z][a-z]*$/.test(text)) return undefined;
  if (TRUE_WORDS.includes(word)) return true;
  return FALSE_WORDS.includes(word) ? false : undefined;
}
