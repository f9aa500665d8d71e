import { createInterface } from "node:readline";

import { bundle } from "./bundle.ts";
import { startWorker } from "./miniflare.ts";

/**
 * A worker as a process: `worker-host.ts <module>` prints `{"port":…}` when it listens, and ends at the line `close` on
 * its input, or with it.
 */
const [, , module = ""] = process.argv;
const worker = startWorker(await bundle(module));
const { port } = await worker.unsafeGetDirectURL();
console.log(JSON.stringify({ port: Number(port) }));
for await (const line of createInterface({ input: process.stdin })) if (line === "close") break;
await worker.dispose();
console.log(JSON.stringify({ closed: 0, journals: {} }));
process.exit();
