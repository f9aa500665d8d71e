import { setTimeout as sleep } from "node:timers/promises";
import { canPin } from "../../cores.ts";
import { progress } from "../../progress.ts";
import { shuffled } from "../../statistics.ts";
import { LoadProcess } from "../load-process.ts";
import type { HttpOptions } from "../options.ts";
import type { ServerSample } from "../server-process.ts";
import { ServerProcess } from "../server-process.ts";
import type { Target } from "../targets.ts";
import { targetsOf } from "../targets.ts";
import { expectServed, verify } from "../verify.ts";
import type { Pair } from "./pairs.ts";

/** The CPU time that a request took in both servers of a pair, in the same moments. */
export interface Round {
  readonly pair: string;
  readonly launch: number;
  readonly tasksPerRequest: Target["tasksPerRequest"];
  readonly bareMicros: number;
  readonly adapterMicros: number;
}

export interface RoundsResult {
  readonly rounds: readonly Round[];
  /** By the names of the servers. */
  readonly versions: Readonly<Record<string, string>>;
}

interface RoundsInput {
  readonly pairs: readonly Pair[];
  readonly options: HttpOptions;
  readonly random: () => number;
}

/**
 * Loads both servers of a pair at the same time, tied to one core, which the system gives to one and the other every few
 * milliseconds: whatever the machine does, it does to both. They are started several times over, because one process may
 * be luckier with its compiled code than the next.
 */
export async function measurePairs({ pairs, options, random }: RoundsInput): Promise<RoundsResult> {
  const launches = Math.min(options.launches, options.rounds);
  const rounds: Round[] = [];
  const versions: Record<string, string> = {};
  for (let launch = 0; launch < launches; launch += 1) {
    const count = Math.ceil((options.rounds - launch) / launches);
    for (const pair of shuffled(pairs, random)) {
      progress(`launch ${launch + 1} of ${launches}: ${pair.title}`);
      const both = await Both.start(pair);
      versions[pair.name] = both.version;
      try {
        const measured = await both.measure(count, options, random);
        rounds.push(...measured.map((one) => ({ pair: pair.name, launch, ...one })));
      } finally {
        await both.stop();
      }
    }
  }
  progress("");
  return { rounds, versions };
}

type Measured = Omit<Round, "pair" | "launch">;

/** The two servers of a pair while they run, each with a load generator of its own. */
class Both {
  readonly #servers: readonly ServerProcess[];
  readonly #loads: readonly LoadProcess[];

  private constructor(servers: readonly ServerProcess[]) {
    this.#servers = servers;
    this.#loads = servers.map(() => new LoadProcess(canPin ? 1 : undefined));
  }

  static async start({ bare, adapter }: Pair): Promise<Both> {
    const launch = { python: undefined, ...(canPin ? { core: 0 } : {}) };
    return new Both([await ServerProcess.start(bare, launch), await ServerProcess.start(adapter, launch)]);
  }

  get version(): string {
    return this.#servers[0]?.version ?? "";
  }

  async measure(count: number, options: HttpOptions, random: () => number): Promise<readonly Measured[]> {
    for (const server of this.#servers) {
      for (const target of targetsOf(server.server)) await verify(server, target);
    }
    const rounds: Measured[] = [];
    for (const tasksPerRequest of shuffled([0, 1] as const, random)) {
      rounds.push(...(await this.#measureRoute(tasksPerRequest, count, options)));
    }
    return rounds;
  }

  async #measureRoute(
    tasksPerRequest: Target["tasksPerRequest"],
    count: number,
    { connections, seconds, warmupSeconds }: HttpOptions,
  ): Promise<readonly Measured[]> {
    const targets = this.#servers.map(({ server }) => routeOf(targetsOf(server), tasksPerRequest));
    const before = await this.#sample();
    await this.#each((server, load, index) => load.start(server.port, targets[index]?.path ?? "", connections));
    await sleep(warmupSeconds * 1_000);
    const rounds: Measured[] = [];
    for (let round = 0; round < count; round += 1) {
      const from = await this.#sample();
      await sleep(seconds * 1_000);
      const [bareMicros = Number.NaN, adapterMicros = Number.NaN] = microsBetween(from, await this.#sample());
      rounds.push({ tasksPerRequest, bareMicros, adapterMicros });
    }
    await this.#each(async (server, load, index) => {
      const client = await load.stop();
      await expectServed({ server, target: targets[index] as Target, before: before[index] as ServerSample, client });
    });
    return rounds;
  }

  #sample(): Promise<readonly ServerSample[]> {
    return this.#each((server) => server.sample());
  }

  #each<Result>(
    run: (server: ServerProcess, load: LoadProcess, index: number) => Promise<Result>,
  ): Promise<readonly Result[]> {
    return Promise.all(this.#servers.map((server, index) => run(server, this.#loads[index] as LoadProcess, index)));
  }

  async stop(): Promise<void> {
    for (const load of this.#loads) load.close();
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}

function routeOf(targets: readonly Target[], tasksPerRequest: Target["tasksPerRequest"]): Target {
  const target = targets.find((one) => one.tasksPerRequest === tasksPerRequest);
  if (target === undefined) throw new RangeError(`there is no route with ${tasksPerRequest} tasks`);
  return target;
}

/** @throws when a server answered nothing: a ratio with that would spoil medians and intervals without a word. */
function microsBetween(from: readonly ServerSample[], to: readonly ServerSample[]): readonly number[] {
  return to.map(({ cpuSeconds, handled }, index) => {
    const since = from[index] as ServerSample;
    const micros = ((cpuSeconds - since.cpuSeconds) * 1e6) / (handled - since.handled);
    if (Number.isFinite(micros) && micros > 0) return micros;
    throw new Error("a server answered nothing in a whole round: the machine is too busy, or --seconds too short");
  });
}
