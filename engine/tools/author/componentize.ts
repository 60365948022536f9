/* Core module → component, for a world of the WIT. Errors in the module are reported in words that name the part. */

import { readSections, sectionName } from '../../plugin/file/wasm-binary.ts';

/** The section in which a toolchain says the world itself. */
const COMPONENT_TYPE = /^component-type(:|$)/;

export interface CannotBeComponent {
  readonly reason: string;
  readonly hint: string;
}

/** The same module and WIT give the same bytes. */
export async function componentize(
  core: Uint8Array,
  wit: string,
  world: string,
): Promise<Uint8Array | CannotBeComponent> {
  // Only this command needs it, and it takes a while to load.
  const { componentEmbed, componentNew } = await import(
    '@bytecodealliance/jco-transpile/wasm-tools'
  );
  try {
    const embedded = saysItsWorld(core)
      ? core
      : await componentEmbed({ binary: core, witSource: wit, world, stringEncoding: 'utf8' });
    return await componentNew(embedded, []);
  } catch (error) {
    const reason = innermostReason((error as Error).message);
    return { reason, hint: hintFor(reason) };
  }
}

function saysItsWorld(core: Uint8Array): boolean {
  return readSections(core).some(
    (section) => section.id === 0 && COMPONENT_TYPE.test(sectionName(core, section)),
  );
}

/** Innermost reason, with its subject, in a chain `what\n$why\n\nCaused by:\n    0: why that\n    1: and that`. */
function innermostReason(message: string): string {
  const causes = [...message.matchAll(/^\s+\d+: (.*)$/gm)].map((match) => match[1] ?? '');
  const about = causes.filter((cause) => cause !== 'module was not valid').slice(-2);
  const why = /^\$(.*)$/m.exec(message)?.[1] ?? message.split('\n')[0] ?? '';
  return about.length > 0 ? about.join(': ') : why;
}

const INTERFACE = 'its imports and exports are those of its world: `tiercel plugin wit`';

function hintFor(reason: string): string {
  const missing = /export of interface `([^`]+)` function `([^`]+)`/.exec(reason);
  if (missing !== null) return `export a function of the name \`${missing[1]}#${missing[2]}\``;
  if (reason.includes('wasi_snapshot_preview1')) {
    return 'build it without a C library, or make a component of it with an adapter, and pack that';
  }
  return INTERFACE;
}
