import { Option, type Command } from "commander";

import { addEngineCommand } from "./engine-command.ts";
import { StopRequest } from "./stop-request.ts";
import { UsageError } from "./usage-error.ts";
import { work } from "./work.ts";
import { msFrom, processesFrom, queuesFrom, wholeNumberFrom, type WorkerOrder } from "./worker-options.ts";
import { WorkerProcesses } from "./worker-processes.ts";

/** Set in every process that works. One that is started from there would make workers without end. */
const insideWorker = "AFTERWORK_WORKER";

interface WorkerFlags {
  readonly concurrency: number;
  readonly processes: number;
  readonly grace: number;
  readonly queues?: readonly string[];
  readonly export?: string;
}

const graceOption = new Option("--grace <duration>", "how long running jobs may go on when it is stopped")
  .argParser(msFrom)
  .default(30_000, "30s");

/** Adds `worker` to the command line. `onEnd` is given the exit code. */
export function addWorkerCommand(program: Command, onEnd: (code: number) => void): void {
  addEngineCommand(program, "worker")
    .description("works for an engine: claims its jobs and runs them, until it is stopped by SIGTERM or SIGINT")
    .option("--concurrency <n>", "how many jobs a process runs at a time", wholeNumberFrom(1, 10_000), 20)
    .option("--queues <names>", "the queues that it serves, parted by commas (default: all)", queuesFrom)
    .option("--processes <n>", "how many processes work; auto: one for each core", processesFrom, 1)
    .addOption(graceOption)
    .action(async (file: string, flags: WorkerFlags) => onEnd(await run(file, flags)));
}

function run(
  file: string,
  { processes, concurrency, grace: graceMs, queues, export: exportName }: WorkerFlags,
): Promise<number> {
  if (process.env[insideWorker] !== undefined) throw new UsageError("a worker can't start workers");
  process.env[insideWorker] = String(process.pid);
  const order: WorkerOrder = {
    file,
    concurrency,
    graceMs,
    isOneOfMany: processes > 1,
    ...(queues === undefined ? {} : { queues }),
    ...(exportName === undefined ? {} : { exportName }),
  };
  const stop = StopRequest.ofSignals();
  if (processes > 1) return new WorkerProcesses(order, stop).run(processes);
  return work(order, stop, () => {});
}
