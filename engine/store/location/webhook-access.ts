/* Who may send to a webhook, and how: as the configuration says. Paths are absolute. */

export interface WebhookAccess {
  /** PEM files; `undefined`: there is no certificate, or the key is in the same file. */
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
  /** Largest body of a request, in bytes. */
  readonly bodySizeMax: number;
  /** The first entry for the path; without one, everybody who reaches the address may send. */
  readonly authentication: readonly SenderSecret[];
}

/** How a sender shows that it knows the secret: the secret itself, or HMAC-SHA256 of the body under it. */
export interface SenderSecret {
  /** `undefined`: for all paths. */
  readonly path: string | undefined;
  readonly type: 'bearer' | 'hmac' | 'github';
  /** Header with the signature, for `hmac`. */
  readonly header: string;
  /** `undefined`: it stands in the file, but for white space around it. */
  readonly secret: string | undefined;
  readonly secretFile: string | undefined;
}

export function findSecret(access: WebhookAccess, path: string): SenderSecret | undefined {
  return access.authentication.find((one) => one.path === undefined || one.path === path);
}
