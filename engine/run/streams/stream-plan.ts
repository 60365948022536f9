import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { LoadedPlugin } from '../load/load-plugins.ts';
import type { PreparedPlugins } from '../load/plugin-role.ts';
import type { StreamParts } from './stream-parts.ts';

/** What a run is going to read, before its plugins are prepared. */
export interface StreamPlan {
  /** For each stream, the plugin whose source its events belong to. */
  readonly plugins: readonly LoadedPlugin[];
  readonly diagnostics: readonly Diagnostic[];
  /** The streams, in the same order. */
  create(prepared: PreparedPlugins): CreatedStreams;
}

export interface CreatedStreams {
  readonly streams: readonly StreamParts[];
  readonly diagnostics: readonly Diagnostic[];
}
