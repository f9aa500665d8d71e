import { outliveReaders } from "./print.ts";
import { StopRequest } from "./stop-request.ts";
import { work } from "./work.ts";
import type { WorkerOrder } from "./worker-options.ts";

// One of several worker processes. Nothing here knows how a process is started, so that none can start others.
outliveReaders();
const order = JSON.parse(process.argv[2] ?? "{}") as WorkerOrder;
process.exit(await work(order, StopRequest.ofParent(), () => process.send?.("ready")));
