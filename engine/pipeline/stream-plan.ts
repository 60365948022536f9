import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { StreamParts } from './engine-parts.ts';
import type { LoadedPlugin } from './load-plugins.ts';
import type { PreparedPlugins } from './plugin-role.ts';

/** What a run is going to read, before its plugins are prepared. */
export interface StreamPlan {
  /** Of each stream, the plugin whose source its events are of. */
  readonly plugins: readonly LoadedPlugin[];
  readonly diagnostics: readonly Diagnostic[];
  /** The streams, in the same order. */
  create(prepared: PreparedPlugins): CreatedStreams;
}

export interface CreatedStreams {
  readonly streams: readonly StreamParts[];
  readonly diagnostics: readonly Diagnostic[];
}
