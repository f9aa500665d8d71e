import type { Evidence } from "./evidence.ts";

/** How much has happened in a trial. */
export function summarise({ entries, jobs, executions }: Evidence): Readonly<Record<string, number>> {
  const count = (what: string): number => entries.filter((entry) => entry.what === what).length;
  const all = [...jobs.values()];
  const waits = entries.flatMap((entry) => (entry.what === "refused" ? [entry.ms] : []));
  const returned = [...executions.values()].filter(({ ended }) => ended?.how === "returned").length;
  const succeeded = all.filter(({ status }) => status === "succeeded").length;
  return {
    acknowledged: count("acknowledged"),
    refused: count("refused"),
    "longest wait for a refusal, ms": Math.max(0, ...waits),
    jobs: all.length,
    succeeded,
    failed: all.filter(({ status }) => status === "failed").length,
    cancelled: all.filter(({ status }) => status === "cancelled").length,
    executions: executions.size,
    "returned more than once": returned - succeeded,
    "attempts lost to crashes": all.flatMap(({ failures }) => failures).filter(({ crashed }) => crashed).length,
    "completions refused": count("lost"),
    "steps run": count("step run"),
    "rate-limited starts": count("claimed"),
  };
}
