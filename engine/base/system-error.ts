/* Errors of the operating system, of sockets and of TLS, in words: few people know ENOENT. */

interface SystemError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly path?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly hostname?: unknown;
  readonly reason?: unknown;
  readonly errors?: readonly unknown[];
}

const UNKNOWN_CA = 'its certificate is not signed by a known CA (`ca_cert` names one)';

const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'the address is in use',
  EADDRNOTAVAIL: 'this machine does not have the address',
  EAI_AGAIN: 'the name server does not answer',
  EBUSY: 'it is in use',
  ECONNABORTED: 'the connection was cut',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EFBIG: 'the file is too large',
  EHOSTUNREACH: 'the host cannot be reached',
  EIO: 'input or output failed',
  EISDIR: 'it is a folder',
  ELOOP: 'too many links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENETUNREACH: 'the network cannot be reached',
  ENFILE: 'too many open files',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENOTFOUND: 'unknown host',
  ENXIO: 'no program has it open',
  EPERM: 'permission denied',
  EPIPE: 'the other side closed the connection',
  EPROTO: 'the other side does not speak TLS',
  EROFS: 'the file system is read-only',
  ETIMEDOUT: 'no answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  ERR_SSL_WRONG_VERSION_NUMBER: 'the other side does not speak TLS',
};

/** In words where the code is known; the error’s own message, or its code, where it is not. */
export function systemErrorText(error: unknown): string {
  const { code, message, errors, reason } = (error ?? {}) as SystemError;
  // All addresses of a name were tried: each has an error of its own.
  if (message === '' && errors !== undefined && errors.length > 0)
    return systemErrorText(errors[0]);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another name: ${String(reason ?? message)}`;
  const text = typeof code === 'string' ? TEXTS[code] : undefined;
  if (text !== undefined) return text + placeOf(error as SystemError);
  if (typeof message === 'string' && message !== '') return message;
  return typeof code === 'string' ? code : String(error);
}

/** With the path, where the message around it does not name it. */
export function systemErrorTextAt(error: unknown): string {
  const { path } = (error ?? {}) as SystemError;
  const text = systemErrorText(error);
  return typeof path === 'string' && !text.includes(path) ? `${path}: ${text}` : text;
}

function placeOf({ address, port, hostname }: SystemError): string {
  if (typeof hostname === 'string') return ` ${hostname}`;
  return typeof address === 'string' && typeof port === 'number' ? ` (${address}:${port})` : '';
}
