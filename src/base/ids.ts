import { v7 } from "uuid";

/** A new UUIDv7 for a time in milliseconds, by default now: unique, and sorted by that time. @see RFC 9562, section 5.7 */
export function newId(msecs?: number): string {
  return msecs === undefined ? v7() : v7({ msecs });
}
