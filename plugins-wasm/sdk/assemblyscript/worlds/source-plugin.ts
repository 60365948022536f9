// The exports of the world `source-plugin`.

import { plugin } from '../plugin';

export { cabi_post, cabi_realloc, plugin_init } from './extractor-plugin';

export function source_open(params: usize, size: usize): usize {
  return plugin.needSource().open(params, size);
}

export function source_next(bytesMax: u32, eventsMax: u32): usize {
  return plugin.needSource().next(bytesMax, eventsMax);
}

export function source_checkpoint(): usize {
  return plugin.needSource().checkpoint();
}

export function source_resume(position: usize, size: usize): usize {
  return plugin.needSource().resume(position, size);
}

export function source_acknowledge(position: usize, size: usize): void {
  plugin.needSource().acknowledge(position, size);
}

export function source_close(): void {
  plugin.needSource().close();
}
