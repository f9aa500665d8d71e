import type { Engine, JobDetails } from "afterwork";

import { readLedgers, type Noted, type Run } from "./ledger.ts";

/** One execution, as its process has written it down. */
export interface Execution extends Run {
  readonly by: string;
  /** When it was over; absent if its process was killed before. */
  readonly ended?: { readonly at: number; readonly how: string };
}

/** All that is known when the trial is over. */
export interface Evidence {
  readonly entries: readonly Noted[];
  /** By their own ids. */
  readonly jobs: ReadonlyMap<string, JobDetails>;
  readonly executions: ReadonlyMap<string, Execution>;
  /** When a process has ended, by its name. */
  readonly endOf: (process: string) => number;
  /** A job by its id, or by the id of a call that it stands for. */
  readonly find: (id: string) => JobDetails | undefined;
}

export async function gather(engine: Engine, folder: string, ends: ReadonlyMap<string, number>): Promise<Evidence> {
  const entries = readLedgers(folder);
  const jobs = new Map<string, JobDetails>();
  for (let cursor: string | undefined; ;) {
    const page = await engine.jobs({ limit: 1_000, cursor });
    for (const job of page.jobs) jobs.set(job.id, job);
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  const aliases = await resolveAliases(engine, entries, jobs);
  return {
    entries,
    jobs,
    executions: executionsOf(entries),
    endOf: (process) => ends.get(process) ?? Number.POSITIVE_INFINITY,
    find: (id) => jobs.get(id) ?? jobs.get(aliases.get(id) ?? ""),
  };
}

/** Calls with a unique key that was taken have ids of their own, which no list shows. */
async function resolveAliases(
  engine: Engine,
  entries: readonly Noted[],
  jobs: ReadonlyMap<string, JobDetails>,
): Promise<ReadonlyMap<string, string>> {
  const aliases = new Map<string, string>();
  for (const entry of entries) {
    if (entry.what !== "acknowledged" || jobs.has(entry.id)) continue;
    const found = await engine
      .job(entry.id)
      .read()
      .catch(() => undefined);
    if (found !== undefined) aliases.set(entry.id, found.id);
  }
  return aliases;
}

function executionsOf(entries: readonly Noted[]): ReadonlyMap<string, Execution> {
  const executions = new Map<string, Execution>();
  for (const entry of entries) {
    if (entry.what === "began") executions.set(entry.run, entry);
    if (entry.what !== "ended") continue;
    const began = executions.get(entry.run);
    if (began !== undefined) executions.set(entry.run, { ...began, ended: { at: entry.at, how: entry.how } });
  }
  return executions;
}
