import { createInterface } from "node:readline";
import process from "node:process";

import { allEntries } from "./journal.ts";
import type { Site } from "./site.ts";

/**
 * A site as a process: `site-process.ts <name>` prints `{"port":…}` when it listens. The line `close` on its input ends it by
 * the framework's own close; then it prints `{"closed":…}`, the milliseconds that took and the journals of all runs.
 */
const [, , name = ""] = process.argv;
const { start } = (await import(`./sites/${name}.ts`)) as { start(): Promise<Site> };
const site = await start();
say({ port: site.port });

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "close") break;
}
const begin = performance.now();
await site.close();
say({ closed: performance.now() - begin, journals: allEntries() });
process.exit();

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
