import { systemErrorText } from '../base/system-error.ts';

/** Codes of `error-code` in the WIT file that the store answers. */
export type StoreErrorCode =
  | 'denied'
  | 'not-found'
  | 'timed-out'
  | 'interrupted'
  | 'io'
  | 'corrupt'
  | 'unsupported'
  | 'invalid-argument';

/** Becomes an `err(...)` for the plugin. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** The fault may pass: worth a retry. */
  readonly mayPass: boolean;

  constructor(code: StoreErrorCode, message: string, mayPass = code === 'io') {
    super(message);
    this.code = code;
    this.mayPass = mayPass;
  }
}

/** What the operating system said, in the plugin's terms. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
  if (code === 'ENOENT' || code === 'ENOTDIR') return new StoreError('not-found', 'does not exist');
  if (code === 'EACCES' || code === 'EPERM') return new StoreError('denied', 'permission denied');
  if (code === 'ELOOP') return new StoreError('io', 'too many symbolic links');
  return new StoreError('io', `cannot be read: ${systemErrorText(error)}`);
}
