import type { Returned } from "../recorded.ts";
import type { Check } from "./check.ts";

/** What an execution has added is there if it was the one that counted, and is not if it was not. */
export const families: Check = ({ entries, executions, jobs, find }) =>
  entries.flatMap((entry) => {
    if (entry.what !== "spawned") return [];
    const parent = jobs.get(executions.get(entry.run)?.id ?? "");
    const counted = parent?.status === "succeeded" && (parent.result as Returned).run === entry.run;
    const child = find(entry.child);
    if (counted && child === undefined)
      return [`${entry.run} counted, and the job ${entry.child} that it added is lost`];
    if (counted && child?.status !== "succeeded") return [`the job ${entry.child} is ${child?.status}`];
    if (!counted && child !== undefined) return [`${entry.run} did not count, and the job ${entry.child} is there`];
    return [];
  });
