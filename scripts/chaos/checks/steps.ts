import type { Evidence } from "../evidence.ts";
import type { Check } from "./check.ts";

interface Saved {
  readonly attempt: number;
  readonly value: string;
}

/** A step that was saved keeps its value, and no later attempt runs it again. */
export const steps: Check = (evidence) => {
  const saved = savedSteps(evidence);
  return evidence.entries.flatMap((entry) => {
    if (entry.what !== "step run" && entry.what !== "step saved") return [];
    const execution = evidence.executions.get(entry.run);
    const known = saved.get(`${execution?.id} ${entry.step}`);
    if (execution === undefined || known === undefined) return [];
    if (entry.what === "step saved" && entry.value !== known.value) {
      return [`step ${entry.step} of ${execution.id} was ${known.value}, and is ${entry.value} in ${entry.run}`];
    }
    if (entry.what === "step run" && execution.attempt > known.attempt) {
      return [`step ${entry.step} of ${execution.id}, saved by attempt ${known.attempt}, was run by ${entry.run}`];
    }
    return [];
  });
};

/** Which attempt has made the value of a step. Others, also one that was stopped and is late, only find it. */
function savedSteps({ entries, executions }: Evidence): ReadonlyMap<string, Saved> {
  const saved = new Map<string, Saved>();
  for (const entry of entries) {
    if (entry.what !== "step saved") continue;
    const { run, step, value } = entry;
    const name = `${executions.get(run)?.id} ${step}`;
    if (!saved.has(name)) saved.set(name, { attempt: executions.get(value)?.attempt ?? 0, value });
  }
  return saved;
}
