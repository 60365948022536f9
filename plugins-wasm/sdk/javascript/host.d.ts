/* What a plugin may import, as componentize-js hands it over (schemas/wit/v0.1/plugin.wit says what each does). */

declare module 'tiercel:plugin/log@0.1.0' {
  export function write(level: 'error' | 'warning' | 'notice' | 'debug', message: string): void;
}

declare module 'tiercel:plugin/report@0.1.0' {
  export interface Problem {
    readonly severity: 'lost' | 'warning';
    readonly subject: string;
    /** From 1; 0: it is about the whole. */
    readonly line: bigint;
    readonly message: string;
  }
  export function add(problem: Problem): void;
}

declare module 'tiercel:plugin/clock@0.1.0' {
  /** Nanoseconds since 1970. */
  export function now(): bigint;
}

declare module 'tiercel:plugin/store@0.1.0' {
  export interface Entry {
    readonly path: string;
    /** Bytes, stored. */
    readonly size: bigint;
    /** Nanoseconds since 1970. */
    readonly modified: bigint;
  }
  export interface StoredObject extends Disposable {
    /** Empty: the end. Throws an error with `payload`. */
    read(max: number): Uint8Array;
  }
  export function listEntries(root: string, after: string, limit: number): Entry[];
  export function open(
    root: string,
    path: string,
    encoding: 'automatic' | 'identity',
    offset: bigint,
  ): StoredObject;
}

declare module 'tiercel:plugin/queue@0.1.0' {
  export interface Message {
    readonly handle: bigint;
    readonly body: Uint8Array;
    readonly attributes: [name: string, value: string][];
  }
  /** At most `max`, none when none came within the time. Throws an error with `payload`, as all here does. */
  export function receive(root: string, max: number, waitMs: number): Message[];
  export function done(root: string, handles: BigUint64Array): void;
  export function retry(root: string, handles: BigUint64Array): void;
}
