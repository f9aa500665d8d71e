import { exitCode } from "./exit-code.ts";
import { outliveReaders } from "./print.ts";
import { StopRequest } from "./stop-request.ts";
import { work } from "./work.ts";
import { stopPatienceMs, type WorkerOrder } from "./worker-options.ts";

// One of several worker processes. Nothing here knows how a process is started, so that none can start others.
outliveReaders();
const order = JSON.parse(process.argv[2] ?? "{}") as WorkerOrder;
// Without a parent nobody is left to kill it, if its engine never opens or never closes.
const endAnyway = (): void =>
  void setTimeout(() => process.exit(exitCode.failed), order.graceMs + stopPatienceMs).unref();
if (process.connected) process.once("disconnect", endAnyway);
else endAnyway();
// A parent that has vanished is told nothing, and that is no error: the `disconnect` says enough.
const tellReady = (): void => void process.send?.("ready", undefined, undefined, () => {});
process.exit(await work(order, StopRequest.ofParent(), tellReady));
