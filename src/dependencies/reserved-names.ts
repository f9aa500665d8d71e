/** The names that contexts give out themselves. The list is closed, and the same for handlers, dependencies and tasks. */
export const reservedNames = [
  "background",
  "request",
  "response",
  "signal",
  "log",
  "socket",
  "native",
  "attempt",
  "job",
  "progress",
  "step",
  "sleep",
] as const;

/** A name that no input may bear. */
export type ReservedName = (typeof reservedNames)[number];

export function isReservedName(name: string): name is ReservedName {
  return (reservedNames as readonly string[]).includes(name);
}
