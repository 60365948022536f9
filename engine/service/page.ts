/* The page for the person on duty: one file of HTML, from memory; nothing else is loaded, and nothing else can run. */

import { createHash } from 'node:crypto';
import { PAGE } from '#generated/page';

export { PAGE };

/** Only the script and the style that are in it; it may ask only where it came from. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${hashOf('script')}`,
  `style-src ${hashOf('style')}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashOf(tag: 'script' | 'style'): string {
  const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(PAGE)?.[1] ?? '';
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
