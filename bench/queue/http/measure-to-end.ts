import { equal } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadProcess } from "../../http/load-process.ts";
import type { ServerProcess } from "../../http/server-process.ts";
import type { Target } from "../../http/targets.ts";
import { expectTasks } from "../../http/verify.ts";
import { machineCpuSeconds } from "../../machine-load.ts";
import type { Figures } from "../figures.ts";

export interface LoadInput {
  readonly server: ServerProcess;
  readonly target: Target;
  readonly load: LoadProcess;
  readonly seconds: number;
}

const connections = 50;
/** The connections are made, and the first requests sent, before counting begins. */
const leadMs = 100;

/**
 * Puts a route under load and waits until every job has run. The CPU time is that of all of it, for what a worker leaves for
 * later is not saved.
 *
 * @throws when a request is refused, or the tasks run are not those of the requests answered.
 */
export async function measureToEnd({ server, target, load, seconds }: LoadInput): Promise<Figures> {
  const before = await server.sample();
  const machine = machineCpuSeconds();
  await load.start(server.port, target.path, connections);
  await sleep(leadMs);
  await load.mark();
  const from = await server.sample();
  await sleep(seconds * 1_000);
  const to = await server.sample();
  const client = await load.stop();
  equal(client.refused, 0, `${target.name}: requests refused under load`);
  await expectTasks({ server, target, tasks: before.tasks + client.answered * target.tasksPerRequest });
  const after = await server.sample();
  equal(after.handled - before.handled, client.answered, `${target.name}: requests handled under load`);
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  const wallSeconds = after.wallSeconds - before.wallSeconds;
  return {
    perSecond: (to.handled - from.handled) / (to.wallSeconds - from.wallSeconds),
    perCpuSecond: client.answered / cpuSeconds,
    p50Ms: client.p50Ms,
    p99Ms: client.p99Ms,
    others: Math.max(0, (machineCpuSeconds() - machine - cpuSeconds) / wallSeconds - client.busy),
  };
}
