import { setTimeout as sleep } from "node:timers/promises";
import type { LoadProcess } from "./load-process.ts";
import { DISTURBED_CORES, machineCpuSeconds } from "../machine-load.ts";
import type { ServerProcess } from "./server-process.ts";
import type { Target } from "./targets.ts";
import { expectServed } from "./verify.ts";

/** One route under load for a short while. */
export interface Measurement {
  readonly requestsPerCpuSecond: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of a core the server used; the load generator's is `loadBusy`. */
  readonly busy: number;
  readonly loadBusy: number;
  /** The cores that other processes had meanwhile. */
  readonly others: number;
}

export interface MeasureInput {
  readonly server: ServerProcess;
  readonly target: Target;
  readonly load: LoadProcess;
  readonly seconds: number;
  readonly connections: number;
}

/** The calmest of a few measurements: on a shared machine the first may have had half a core. */
export async function measureCalmly(input: MeasureInput, attempts: number): Promise<Measurement> {
  let calmest = await measure(input);
  for (let attempt = 1; attempt < attempts && calmest.others > DISTURBED_CORES; attempt += 1) {
    const again = await measure(input);
    if (again.others < calmest.others) calmest = again;
  }
  return calmest;
}

/** The connections are made, and the first requests sent, before counting begins. */
const LEAD_MS = 100;

/** @throws when a request is refused, or the tasks run are not those of the requests answered. */
export async function measure({ server, target, load, seconds, connections }: MeasureInput): Promise<Measurement> {
  const before = await server.sample();
  await load.start(server.port, target.path, connections);
  await sleep(LEAD_MS);
  await load.mark();
  const machine = machineCpuSeconds();
  const from = await server.sample();
  await sleep(seconds * 1_000);
  const to = await server.sample();
  const machineSeconds = machineCpuSeconds() - machine;
  const client = await load.stop();
  await expectServed({ server, target, before, client });
  const cpuSeconds = to.cpuSeconds - from.cpuSeconds;
  const wallSeconds = to.wallSeconds - from.wallSeconds;
  return {
    requestsPerCpuSecond: (to.handled - from.handled) / cpuSeconds,
    requestsPerSecond: (to.handled - from.handled) / wallSeconds,
    p50Ms: client.p50Ms,
    p99Ms: client.p99Ms,
    busy: cpuSeconds / wallSeconds,
    loadBusy: client.busy,
    others: Math.max(0, (machineSeconds - cpuSeconds) / wallSeconds - client.busy),
  };
}
