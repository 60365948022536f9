// Errors of the interface: where a function answers a `result`, what is thrown with a payload is its error.

export type ErrorCode =
  | 'invalid-argument'
  | 'unsupported'
  | 'denied'
  | 'not-found'
  | 'timed-out'
  | 'interrupted'
  | 'io'
  | 'corrupt'
  | 'other';

export interface InterfaceError {
  readonly code: ErrorCode;
  readonly message: string;
}

export function pluginError(code: ErrorCode, message: string): Error {
  const payload: InterfaceError = { code, message };
  return Object.assign(new Error(message), { payload });
}

/** The error that an import answered; anything else is thrown on. */
export function hostError(error: unknown): InterfaceError {
  const { payload } = error as { payload?: InterfaceError };
  if (payload?.code === undefined) throw error;
  return payload;
}
