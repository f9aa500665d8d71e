/** How ids are bound: 16 bytes for a UUID in its usual form, NULL for anything that is none. */
export const idOf = "unhex(?, '-')";

/** The usual form of what `hex()` says of a stored id. */
export function fromHex(hex: string): string {
  const id = hex.toLowerCase();
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
}
