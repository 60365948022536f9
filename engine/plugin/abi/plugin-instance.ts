/** One plugin in one worker. Methods throw only `PluginFault`; after one, discard the instance. */
export interface PluginInstance {
  readonly name: string;
  /** Bytes of all its memories. */
  readonly memorySize: number;
  init(config: string): void;
  readonly source: SourceInstance | undefined;
  readonly extractor: ExtractorInstance | undefined;
}

export interface EventBatch {
  readonly data: Uint8Array;
  readonly spans: Uint32Array;
  readonly times: BigUint64Array;
}

export type SourceStep =
  | { readonly kind: 'events'; readonly batch: EventBatch }
  | { readonly kind: 'idle'; readonly milliseconds: number }
  | { readonly kind: 'end' };

export interface SourceInstance {
  open(params: string): void;
  /**
   * The answer is checked: spans in order and inside the data, one time an event. The bytes of a batch may lie in
   * `room`, which is overwritten either way.
   */
  next(bytesMax: number, eventsMax: number, room: Uint8Array): SourceStep;
  checkpoint(): Uint8Array;
  resume(position: Uint8Array): void;
  /** Everything up to there is with the outputs. */
  acknowledge(position: Uint8Array): void;
  close(): void;
}

export interface ExtractionRequest {
  readonly fieldIndex: number;
  readonly argument: string | undefined;
  readonly isOpaque: boolean;
}

/** The answer of `extract`, checked against the plan's requests, the batch and the dictionaries so far. */
export interface ExtractedColumns {
  /** Column-major: request r, event e at [r * eventCount + e]. */
  readonly cells: Uint32Array;
  readonly texts: Uint32Array;
  readonly numbers: BigUint64Array;
  readonly lists: Uint32Array;
  readonly scratch: Uint8Array;
  readonly dictionaryRequests: Uint16Array;
  readonly dictionaryEnds: Uint32Array;
  readonly dictionaryData: Uint8Array;
  readonly dictionaryEpoch: number;
}

export interface ExtractorInstance {
  configure(plan: number, requests: readonly ExtractionRequest[]): void;
  extract(plan: number, batch: EventBatch): ExtractedColumns;
  /** `extract` with the same is called next: one that is called elsewhere can begin. */
  begin?(plan: number, batch: EventBatch): void;
}

/** What a plugin may be blamed for. */
export const PLUGIN_FAULT_KINDS = [
  /** A WebAssembly trap, out of memory and stack overflow among them. */
  'trap',
  /** Longer than the time limit of a call. */
  'deadline',
  /** The thread or process that called it came to its end. */
  'crash',
  /** Each call comes back in time, but they take far too long together. */
  'slow',
  /** An answer that breaks the contract of the WIT file. */
  'answer',
  /** `err(...)` returned by the plugin itself. */
  'error',
  /** `err(...)` for the position that it is to go on from. */
  'position',
  /** A host import used beyond its limits or grants. */
  'denied',
] as const;

export type PluginFaultKind = (typeof PLUGIN_FAULT_KINDS)[number];

export class PluginFault extends Error {
  override readonly name = 'PluginFault';
  readonly kind: PluginFaultKind;
  readonly pluginName: string;
  constructor(kind: PluginFaultKind, pluginName: string, message: string) {
    super(message);
    this.kind = kind;
    this.pluginName = pluginName;
  }
}
