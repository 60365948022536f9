/**
 * Text with one character (0..255) for each byte of its UTF-8 form. Falco compares bytes, and so
 * do we: lengths are bytes, `<` is byte order, and bytes that are not UTF-8 survive.
 */
export type ByteString = string;

export function toByteString(text: string): ByteString {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Bytes that are not UTF-8 become U+FFFD. */
export function fromByteString(bytes: ByteString): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
