/*
 * A plugin in JavaScript that is broken in many ways, of which a number in its bytes says which one: building one takes
 * far longer than trying it.
 */

/** Stands in the array of which the last element is the number. */
const MARK = [0x9d, 0x3a, 0xc1, 0x5e, 0x77, 0x02, 0xee, 0x48, 0x9b, 0x13, 0xd4];
const NONE = 0xff;

/** Name, what is done to the exports; then the point that fails, and what it says. */
export type Way = readonly [name: string, change: string, point: string, said: string];

/** `plugin.js` of the template, with all of the ways in it. */
export function withWays(text: string, ways: readonly Way[]): string {
  const cases = ways.map(([, change], index) => `case ${index}: ${change}; break;`);
  const names = '{ plugin, source, extractor }';
  const sound = text
    .replace(`export const ${names} = definePlugin(`, `const sound = definePlugin(`)
    .replace('new LineSource({ time })', 'lines')
    .replace('const sound', 'const lines = new LineSource({ time });\nconst sound');
  return `${sound}
const chosen = Uint8Array.of(${MARK.join()}, ${NONE});
const state = { count: 0, hasFailed: false, kept: [] };

/** What is called for the first time says in which way it is broken. */
function broken(part) {
  const { ...functions } = sound[part];
  let isChanged = false;
  const change = () => {
    if (isChanged) return;
    isChanged = true;
    const own = { ...functions };
    const { plugin, source, extractor } = { plugin: {}, source: {}, extractor: {}, [part]: functions };
    const was = own;
    switch (chosen[${MARK.length}]) {
      ${cases.join('\n      ')}
    }
  };
  const call = (name) => (...args) => {
    change();
    return functions[name](...args);
  };
  return Object.fromEntries(Object.keys(sound[part]).map((name) => [name, call(name)]));
}

export const plugin = broken('plugin');
export const source = broken('source');
export const extractor = broken('extractor');
`;
}

/** A copy of the built plugin that is broken in one of the ways. */
export function choose(plugin: Uint8Array, way: number): Uint8Array {
  const chosen = Buffer.from(plugin);
  const mark = Buffer.from([...MARK, NONE]);
  let found = 0;
  for (let at = chosen.indexOf(mark); at >= 0; at = chosen.indexOf(mark, at + 1)) {
    chosen[at + MARK.length] = way;
    found += 1;
  }
  if (found === 0) throw new Error('the number of the way is not in the plugin');
  return chosen;
}
