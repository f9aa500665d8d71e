import { messageOf } from "../../base/errors.ts";
import { StoreFaultError } from "../contract/store-fault-error.ts";

/** The primary result codes that callers tell apart. @see https://www.sqlite.org/rescode.html */
export const sqliteCode = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
} as const;

const advice: Readonly<Record<number, string>> = {
  [sqliteCode.busy]: "another connection holds its write lock; look for a long transaction",
  [sqliteCode.locked]: "another statement of this process holds a lock on it",
  [sqliteCode.readOnly]: "it can't be written; give this process write access to the file and to its folder",
  [sqliteCode.ioError]: "reading or writing it failed; look at the disk and at its free space",
  [sqliteCode.corrupt]: "it is damaged; restore it from a backup, or save what can be read with sqlite3's .recover",
  [sqliteCode.full]: "the disk, or its quota, is full; make room, and the store works again",
  [sqliteCode.cantOpen]: "it can't be opened; the folder must exist, and this process must be allowed to write to it",
  [sqliteCode.notADatabase]: "it is not an SQLite database; name another path",
};

/** The primary result code of an error that SQLite reported; `undefined` for others. */
export function codeOf(error: unknown): number | undefined {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  // Extended codes, such as SQLITE_BUSY_SNAPSHOT, hold the primary one in their last byte.
  return typeof code === "number" ? code & 0xff : undefined;
}

/** What SQLite reported, told by what to do about it. An error of our own comes back as it is. */
export function toFault(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  const hint = advice[code];
  const passing = code === sqliteCode.busy || code === sqliteCode.locked;
  const message = `the SQLite file ${path}: ${hint ?? "a statement failed"} (${messageOf(error)})`;
  return new StoreFaultError(message, { passing, cause: error, details: { path, code } });
}
