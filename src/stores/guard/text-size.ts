/** Can every store keep it? PostgreSQL refuses U+0000, and half of a surrogate pair has no form in UTF-8. */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** Is a text no longer than this in UTF-8? A UTF-16 unit makes three bytes at most, so that short texts need no counting. */
export function fitsInto(text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || (text.length <= bytes && Buffer.byteLength(text) <= bytes);
}
