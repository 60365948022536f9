// The exports of the world `source-extractor-plugin`.

export { extractor_configure, extractor_extract } from './extractor-plugin';
export {
  cabi_post, cabi_realloc, plugin_init, source_acknowledge, source_checkpoint, source_close, source_next, source_open,
  source_resume,
} from './source-plugin';
