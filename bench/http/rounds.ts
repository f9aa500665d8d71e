import { equal } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { LoadProcess } from "./load-process.ts";
import type { HttpOptions } from "./options.ts";
import { ServerProcess } from "./server-process.ts";
import { shuffled } from "./statistics.ts";
import type { Server, Target } from "./targets.ts";
import { targetsOf } from "./targets.ts";
import { expectTasks, verify } from "./verify.ts";

/** One route in one round. */
export interface Measurement {
  readonly requestsPerCpuSecond: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of a core the server used; the load generator's is `loadBusy`. */
  readonly busy: number;
  readonly loadBusy: number;
}

/** A measurement of every route, by the names of the targets. */
export type Round = ReadonlyMap<string, Measurement>;

export interface RoundsInput {
  readonly servers: readonly Server[];
  readonly python: string | undefined;
  readonly options: HttpOptions;
  readonly random: () => number;
  readonly progress: (text: string) => void;
}

export interface RoundsResult {
  readonly rounds: readonly Round[];
  /** By the names of the servers. */
  readonly versions: ReadonlyMap<string, string>;
}

/**
 * Starts the servers several times over, because one process may be luckier with its compiled code than the next,
 * and measures each route once per round, in an order shuffled anew. Only one server has work at a time.
 */
export async function measureRounds(input: RoundsInput): Promise<RoundsResult> {
  const { rounds: total, launches } = input.options;
  const load = new LoadProcess();
  const rounds: Round[] = [];
  const versions = new Map<string, string>();
  try {
    for (let launch = 0; launch < Math.min(launches, total); launch += 1) {
      const until = Math.ceil((total * (launch + 1)) / launches);
      await measureLaunch({ input, load, rounds, versions, until });
    }
  } finally {
    load.close();
  }
  return { rounds, versions };
}

interface LaunchInput {
  readonly input: RoundsInput;
  readonly load: LoadProcess;
  readonly rounds: Round[];
  readonly versions: Map<string, string>;
  readonly until: number;
}

async function measureLaunch({ input, load, rounds, versions, until }: LaunchInput): Promise<void> {
  const { python, options, random, progress } = input;
  const running: ServerProcess[] = [];
  try {
    for (const server of input.servers) running.push(await ServerProcess.start(server, { python }));
    for (const server of running) {
      versions.set(server.server.name, server.version);
      for (const target of targetsOf(server.server)) await verify(server, target);
    }
    progress("warming up");
    await measureRound({ running, load, random, seconds: options.warmupSeconds, connections: options.connections });
    while (rounds.length < until) {
      progress(`round ${rounds.length + 1} of ${options.rounds}`);
      rounds.push(
        await measureRound({ running, load, random, seconds: options.seconds, connections: options.connections }),
      );
    }
  } finally {
    await Promise.all(running.map((server) => server.stop()));
  }
}

interface RoundInput {
  readonly running: readonly ServerProcess[];
  readonly load: LoadProcess;
  readonly random: () => number;
  readonly seconds: number;
  readonly connections: number;
}

/** The routes of one server come one after the other: the cost of its task is the finest of the comparisons. */
async function measureRound({ running, load, random, seconds, connections }: RoundInput): Promise<Round> {
  const round = new Map<string, Measurement>();
  for (const server of shuffled(running, random)) {
    for (const target of shuffled(targetsOf(server.server), random)) {
      round.set(target.name, await measure({ server, target, load, seconds, connections }));
    }
  }
  return round;
}

export interface MeasureInput {
  readonly server: ServerProcess;
  readonly target: Target;
  readonly load: LoadProcess;
  readonly seconds: number;
  readonly connections: number;
}

/** The connections are made, and the first requests sent, before counting begins. */
const LEAD_MS = 100;

export async function measure({ server, target, load, seconds, connections }: MeasureInput): Promise<Measurement> {
  const before = await server.sample();
  await load.start(server.port, target.path, connections);
  await sleep(LEAD_MS);
  await load.mark();
  const from = await server.sample();
  await sleep(seconds * 1_000);
  const to = await server.sample();
  const client = await load.stop();
  equal(client.refused, 0, `${target.name}: requests refused under load`);
  await expectTasks({ server, target, tasks: before.tasks + client.answered * target.tasksPerRequest });
  const after = await server.sample();
  equal(after.handled - before.handled, client.answered, `${target.name}: requests handled under load`);
  const cpuSeconds = to.cpuSeconds - from.cpuSeconds;
  const wallSeconds = to.wallSeconds - from.wallSeconds;
  return {
    requestsPerCpuSecond: (to.handled - from.handled) / cpuSeconds,
    requestsPerSecond: (to.handled - from.handled) / wallSeconds,
    p50Ms: client.p50Ms,
    p99Ms: client.p99Ms,
    busy: cpuSeconds / wallSeconds,
    loadBusy: client.busy,
  };
}
