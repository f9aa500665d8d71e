import { LoadProcess } from "./load-process.ts";
import type { Measurement } from "./measurement.ts";
import { measureCalmly } from "./measurement.ts";
import type { HttpOptions } from "./options.ts";
import { ServerProcess } from "./server-process.ts";
import { shuffled } from "../statistics.ts";
import type { Server } from "./targets.ts";
import { targetsOf } from "./targets.ts";
import { verify } from "./verify.ts";

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
  const total = input.options.rounds;
  const launches = Math.min(input.options.launches, total);
  const load = new LoadProcess();
  const rounds: Round[] = [];
  const versions = new Map<string, string>();
  try {
    for (let launch = 0; launch < launches; launch += 1) {
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
    const { connections, seconds, warmupSeconds, attempts } = options;
    const fixed = { running, load, random, connections };
    progress("warming up");
    await measureRound({ ...fixed, seconds: warmupSeconds, attempts: 1 });
    while (rounds.length < until) {
      progress(`round ${rounds.length + 1} of ${options.rounds}`);
      rounds.push(await measureRound({ ...fixed, seconds, attempts }));
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
  readonly attempts: number;
}

/** The routes of one server come one after the other: the cost of its task is the finest of the comparisons. */
async function measureRound({ running, random, attempts, ...fixed }: RoundInput): Promise<Round> {
  const round = new Map<string, Measurement>();
  for (const server of shuffled(running, random)) {
    for (const target of shuffled(targetsOf(server.server), random)) {
      round.set(target.name, await measureCalmly({ server, target, ...fixed }, attempts));
    }
  }
  return round;
}
