/**
 * Text with one character (0..255) for each byte of its UTF-8 form. Falco compares bytes, and so
 * do we: lengths are bytes, `<` is byte order, and bytes that are not UTF-8 survive.
 */
export type ByteString = string;

export function toByteString(text: string): ByteString {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const ASCII = /^[\x00-\x7f]*$/;

/** Bytes that are not UTF-8 become U+FFFD. */
export function fromByteString(bytes: ByteString): string {
  // Most texts are, and are what they are.
  if (ASCII.test(bytes)) return bytes;
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Text of a file: UTF-8, or what its byte order mark says (UTF-16); the mark is not part of the text. */
export function decodeText(bytes: Uint8Array): string {
  const isLittleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
  const encoding = isLittleEndian ? 'utf-16le' : isBigEndian ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** Its first `sizeMax` characters, as a text of their own: a piece of a text keeps all of it in memory. */
export function cutText(text: string, sizeMax: number): string {
  if (text.length <= sizeMax) return text;
  return Buffer.from(text.slice(0, sizeMax), 'utf16le').toString('utf16le');
}
