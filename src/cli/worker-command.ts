import { Option, type Command } from "commander";

import { StopRequest } from "./stop-request.ts";
import { UsageError } from "./usage-error.ts";
import { work } from "./work.ts";
import { msFrom, queuesFrom, wholeNumberFrom, type WorkerOrder } from "./worker-options.ts";
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
  program
    .command("worker")
    .description("works for an engine: claims its jobs and runs them, until it is stopped by SIGTERM or SIGINT")
    .argument("<engine>", "the module that exports the engine, as a path or a file: URL")
    .option("--export <name>", 'the export that is the engine (default: "engine", then the default export)')
    .option("--concurrency <n>", "how many jobs a process runs at a time", wholeNumberFrom(1, 10_000), 20)
    .option("--queues <names>", "the queues that it serves, parted by commas (default: all)", queuesFrom)
    .option("--processes <n>", "how many processes work", wholeNumberFrom(1, 256), 1)
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
    ...(queues === undefined ? {} : { queues }),
    ...(exportName === undefined ? {} : { exportName }),
  };
  const stop = StopRequest.ofSignals();
  if (processes > 1) return new WorkerProcesses(order, stop).run(processes);
  return work(order, stop, () => {});
}
