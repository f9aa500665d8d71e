import { rate } from "../tasks.ts";
import type { Check } from "./check.ts";

/** In no window of the store's clock were more jobs started than the limit lets. Each claim counts, also one that was lost. */
export const rates: Check = ({ entries, jobs }) => {
  const starts = new Map<string, number>();
  const note = (id: string, at: number | undefined): void => {
    if (at !== undefined) starts.set(`${id} at ${at}`, at);
  };
  for (const entry of entries) if (entry.what === "claimed") note(entry.id, entry.startedAt);
  for (const { id, task, startedAt, failures } of jobs.values()) {
    if (task !== "limited") continue;
    note(id, startedAt?.getTime());
    for (const failure of failures) note(id, failure.startedAt.getTime());
  }
  const times = [...starts.values()].toSorted((a, b) => a - b);
  return times.flatMap((time, index) => {
    const before = times[index - rate.limit];
    if (before === undefined || time - before >= rate.perMs) return [];
    return [`${rate.limit + 1} starts from ${before} to ${time}, which is ${time - before} ms`];
  });
};
