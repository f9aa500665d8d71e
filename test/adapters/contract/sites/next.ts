import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildNextApp, startNext } from "../../next/support/next-app.ts";
import { journalOf, type Entry } from "../journal.ts";
import type { Site } from "../site.ts";

/** Next serves in a process of its own, which leaves its journals behind. */
export async function start(): Promise<Site> {
  const app = await buildNextApp("test/adapters/next/app");
  const folder = await mkdtemp(join(tmpdir(), "afterwork-next-"));
  const journals = join(folder, "journals.json");
  const { port, process: server } = await startNext(app, { JOURNALS: journals });
  process.on("exit", () => void server.kill("SIGKILL"));
  return {
    port,
    async close(): Promise<void> {
      const exited = once(server, "exit");
      server.kill("SIGTERM");
      await exited;
      takeOver(JSON.parse(await readFile(journals, "utf8")) as Readonly<Record<string, readonly Entry[]>>);
      await rm(folder, { recursive: true });
    },
  };
}

function takeOver(journals: Readonly<Record<string, readonly Entry[]>>): void {
  for (const [run, entries] of Object.entries(journals)) journalOf(run).entries.push(...entries);
}
