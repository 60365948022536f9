/*
 * Everything that reaches the process from outside while it runs comes in through one of these entries: a request, a
 * message, a change of a file, a signal, a timer. What is thrown behind an entry is a finding of that one request,
 * connection or look; it never ends the process.
 */

export const ENTRIES = [
  'status-request',
  'status-feed',
  'webhook-request',
  'webhook-body',
  'socket-connection',
  'socket-data',
  'socket-end',
  'store-request',
  'store-close',
  'store-message',
  'io-request',
  'folder-change',
  'folder-look',
  'follow-tick',
  'thread-message',
  'process-message',
  'memory-watch',
  'deadline-watch',
  'extractor-call',
  'extractor-watch',
  'reload-signal',
  'reload-look',
  'rules-read',
  'reopen-signal',
  'checkpoint-timer',
  'metrics-timer',
  'progress-timer',
  'stall-watch',
  'location-probe',
] as const;

export type GuardedEntry = (typeof ENTRIES)[number];

/**
 * Makes a listener that never throws. An error, or a rejected promise, goes to `onThrown` together with the arguments
 * of the call, so that `onThrown` can close that one connection or request.
 */
export function guarded<Arguments extends readonly unknown[]>(
  _entry: GuardedEntry,
  work: (...given: Arguments) => unknown,
  onThrown: (error: Error, ...given: Arguments) => void,
): (...given: Arguments) => void {
  return (...given) => {
    try {
      const result = work(...given);
      if (result instanceof Promise)
        result.catch((thrown: unknown) => onThrown(toError(thrown), ...given));
    } catch (thrown) {
      onThrown(toError(thrown), ...given);
    }
  };
}

/** Anything may be thrown. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
