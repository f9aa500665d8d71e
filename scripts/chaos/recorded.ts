import { setTimeout as wait } from "node:timers/promises";

import type { DurableContext, TaskContext } from "afterwork";

import { trueNow } from "./clock.ts";
import { Ledger } from "./ledger.ts";

/** What every task of this trial returns: the execution that it was, and a value. */
export interface Returned {
  readonly run: string;
  readonly value: number;
}

/** Of the process that this is: a worker or a producer, which is told by FOLDER and NAME. */
export const ledger: Ledger = new Ledger(process.env["FOLDER"] ?? "", process.env["NAME"] ?? "nobody");

type Context = Pick<TaskContext & DurableContext, "job" | "signal" | "attempt">;

/** Runs the function of a task and writes down that it began and how it ended. */
export async function recorded(
  { job, signal, attempt }: Context,
  key: string | undefined,
  work: (run: string) => Promise<number>,
): Promise<Returned> {
  const run = ledger.nextRun();
  const limited = key === undefined ? {} : { key };
  ledger.note({ what: "began", run, id: job.id, task: job.name, attempt, at: trueNow(), ...limited });
  try {
    const value = await work(run);
    signal.throwIfAborted();
    ledger.note({ what: "ended", run, at: trueNow(), how: "returned" });
    return { run, value };
  } catch (error) {
    const how = signal.aborted ? String((signal.reason as { readonly code?: unknown }).code) : "threw";
    ledger.note({ what: "ended", run, at: trueNow(), how });
    throw error;
  }
}

/** Takes some time, and stops when it is told to. */
export async function busy(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal });
}
