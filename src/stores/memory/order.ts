/** What the place in a line depends on. */
export interface Orderable {
  readonly priority: number;
  readonly dueAt: number;
  /** The number in the order of storing. */
  readonly seq: number;
}

/** The order of claims: priority, then due time, then storing. */
export function isClaimedBefore(a: Orderable, b: Orderable): boolean {
  return a.priority === b.priority ? isDueBefore(a, b) : a.priority > b.priority;
}

/** The order in which jobs become due. */
export function isDueBefore(a: Orderable, b: Orderable): boolean {
  return a.dueAt === b.dueAt ? a.seq < b.seq : a.dueAt < b.dueAt;
}
