import type { Worker } from "../engine/worker/worker.ts";
import { exitCode } from "./exit-code.ts";
import { loadEngine, type WorkableEngine } from "./load-engine.ts";
import { print, printError } from "./print.ts";
import type { StopRequest } from "./stop-request.ts";
import { storeOf } from "./store-of.ts";
import { UsageError } from "./usage-error.ts";
import type { WorkerOrder } from "./worker-options.ts";

/** Works in this process until it is asked to stop. Returns the exit code; what went wrong has been printed. */
export async function work(order: WorkerOrder, stop: StopRequest, onReady: () => void): Promise<number> {
  try {
    const started = await Promise.race([start(order), hurried(stop)]);
    if (started === undefined) throw new Error("it was to stop in a hurry before it was ready");
    print(`ready: engine ${order.file}, concurrency ${order.concurrency}, queues ${order.queues?.join(",") ?? "all"}`);
    onReady();
    await stop.asked;
    return await end(started, order, stop);
  } catch (error) {
    if (error instanceof UsageError) printError(error.message);
    else printError("the worker failed", error);
    return error instanceof UsageError ? exitCode.usage : exitCode.failed;
  }
}

interface Started {
  readonly engine: WorkableEngine;
  readonly worker: Worker;
}

async function start({ file, exportName, concurrency, queues, isOneOfMany }: WorkerOrder): Promise<Started> {
  const engine = await loadEngine(file, exportName);
  if (isOneOfMany) refuseOwnStore(engine, file);
  return { engine, worker: await engine.work({ concurrency, ...(queues === undefined ? {} : { queues }) }) };
}

/** @throws {UsageError} when each process would have a store of its own, and never see a job of another one. */
function refuseOwnStore(engine: WorkableEngine, file: string): void {
  if (storeOf(engine)?.capabilities.multiProcess !== false) return;
  throw new UsageError(
    `expected a store that several processes can share, such as sqlite("jobs.db") or postgres(url); the one of ${file} is ` +
      "for one process only",
  );
}

function hurried({ hurry }: StopRequest): Promise<undefined> {
  return new Promise((resolve) => hurry.addEventListener("abort", () => resolve(undefined), { once: true }));
}

async function end({ engine, worker }: Started, { graceMs }: WorkerOrder, { hurry }: StopRequest): Promise<number> {
  const abandoned = await worker.stop({ grace: graceMs, hurry });
  await engine.close({ grace: 0 });
  print(
    abandoned.length === 0 ? "stopped" : `stopped; tasks that did not, and will run again: ${abandoned.join(", ")}`,
  );
  return abandoned.length === 0 ? exitCode.fine : exitCode.failed;
}
