import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CpuProfile } from "../self-time.ts";
import { formatProfile } from "../self-time.ts";
import { LoadProcess } from "./load-process.ts";
import type { HttpOptions } from "./options.ts";
import { measure } from "./measurement.ts";
import { ServerProcess } from "./server-process.ts";
import type { Server } from "./targets.ts";
import { targetsOf } from "./targets.ts";

/** Runs each server under V8's profiler, with load on the route with a task, and prints where its time went. */
export async function profileServers(chosen: readonly Server[], options: HttpOptions): Promise<void> {
  const load = new LoadProcess();
  try {
    for (const server of chosen.filter(({ language }) => language === "node")) {
      await profileServer({ server, load, options });
    }
  } finally {
    load.close();
  }
}

interface ProfileInput {
  readonly server: Server;
  readonly load: LoadProcess;
  readonly options: HttpOptions;
}

async function profileServer({ server, load, options }: ProfileInput): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "bench-profile-"));
  const nodeFlags = ["--cpu-prof", `--cpu-prof-dir=${directory}`, "--cpu-prof-interval=200"];
  const running = await ServerProcess.start(server, { python: undefined, nodeFlags });
  const requestsPerSecond = await runLoad(running, { load, options });
  const [file] = await readdir(directory);
  const path = join(directory, file ?? "");
  const profile = JSON.parse(await readFile(path, "utf8")) as CpuProfile;
  console.log(`\n${server.title}: ${Math.round(requestsPerSecond)} requests per second under the profiler`);
  console.log(`\n${formatProfile(profile)}\n\nThe whole profile, for the developer tools of a browser: ${path}`);
}

async function runLoad(server: ServerProcess, { load, options }: Omit<ProfileInput, "server">): Promise<number> {
  const target = targetsOf(server.server).find(({ tasksPerRequest }) => tasksPerRequest === 1);
  if (target === undefined) throw new Error(`the server "${server.server.name}" has no route with a task`);
  const { seconds, connections } = options;
  try {
    return (await measure({ server, target, load, seconds, connections })).requestsPerSecond;
  } finally {
    await server.stop(); // the profile is written at the exit
  }
}
