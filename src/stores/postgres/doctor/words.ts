/** A span of time as people say it: `3 minutes`. */
export function spanOf(ms: number): string {
  const size = Math.abs(ms);
  const [unit, name] = units.find(([unit]) => size >= unit * 2) ?? ([1, "millisecond"] as const);
  const count = Math.round(size / unit);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

const units: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
];

/** Names, of many the first ones. */
export function listOf(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return more <= 0 ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${more} more`;
}
