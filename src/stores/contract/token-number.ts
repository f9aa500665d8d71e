import { hash } from "node:crypto";

/** Claims are far apart, outcomes come in batches of few tokens. */
const mostCached = 1000;
const cache = new Map<string, number>();

/** A token as it is kept: 48 bits of its digest, so that it fits a number. Only the few tokens of one job are ever compared. */
export function tokenNumber(token: string): number {
  const known = cache.get(token);
  if (known !== undefined) return known;
  const number = hash("sha256", token, "buffer").readUIntBE(0, 6);
  if (cache.size >= mostCached) cache.clear();
  cache.set(token, number);
  return number;
}
