import type { Span } from '../../diagnostic/span.ts';
import type { ItemPlace, PlacedText } from './rule-item.ts';

/** The place in the file of a part of a text, or of the item when the text is not from the file. */
export function spanInFile(text: PlacedText, span: Span, place: ItemPlace): Span {
  for (let at = Math.min(span.start, text.origins.length - 1); at >= 0; at--) {
    const start = text.origins[at] ?? -1;
    if (start < 0 || text.documentName !== place.documentName) continue;
    // Text that a list brought in, or that goes over lines, is shown by its first character.
    const last = text.origins[span.end - 1] ?? start;
    const isOneLine = last > start && last - start === span.end - 1 - span.start;
    return { start, end: isOneLine ? last + 1 : start + 1 };
  }
  return place.span;
}
