/** The text of plugins-wasm/REFERENCE.md. */
export function makeReference(): string;
