import { choose, integer, oneOf, parseFlags, positive, seedFrom } from "../flags.ts";
import { phases, type PhaseName } from "./phases.ts";
import { storeNames, synchronousModes, type StoreChoice } from "./stores.ts";

/** How much of everything there is. */
export interface Sizes {
  /** Jobs in flight, in bulk and to drain. */
  readonly jobs: number;
  /** One by one, where each waits for the disk. */
  readonly single: number;
  readonly warmup: number;
  readonly samples: number;
  readonly samplesAcross: number;
  /** Claims of each kind. */
  readonly claims: number;
  /** Other jobs in the file of the claims. */
  readonly others: number;
  readonly httpSeconds: number;
  readonly httpWarmupSeconds: number;
}

export interface QueueOptions extends Pick<StoreChoice, "synchronous"> {
  readonly phases: readonly PhaseName[];
  readonly store: StoreChoice["name"];
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly dir: string;
  readonly seed: number;
  readonly json: string | undefined;
  readonly profile: boolean;
  readonly smoke: boolean;
}

const flags = {
  rounds: { type: "string" },
  jobs: { type: "string" },
  others: { type: "string" },
  seconds: { type: "string" },
  store: { type: "string" },
  synchronous: { type: "string" },
  dir: { type: "string" },
  seed: { type: "string" },
  only: { type: "string" },
  json: { type: "string" },
  profile: { type: "boolean" },
  smoke: { type: "boolean" },
} as const;

const names = phases.map(({ name }) => name);

const usage = `flags of queue:
  --rounds N        measured rounds; in each every phase runs once, in an order of its own (7)
  --jobs N          jobs in flight, in bulk and to drain (100000)
  --others N        other jobs in the file of the claims (1000000)
  --seconds S       length of one measurement of http (1)
  --store NAME      ${storeNames.join(" or ")} (sqlite); postgres has flags of its own
  --synchronous M   ${synchronousModes.join(" or ")}: what a commit of SQLite waits for (full)
  --dir FOLDER      where the files lie; its file system is printed (data, in the project)
  --seed N          seed of the order within the rounds (random, printed)
  --only a,b        these phases only: ${names.join(", ")}
  --json FILE       also write the figures to FILE
  --profile         CPU profiles of in-flight, bulk and drain, or of those that --only names; no figures
  --smoke           one very short round: does every job run once, does the report come out?`;

const full: Sizes = {
  jobs: 100_000,
  single: 2_000,
  warmup: 20_000,
  samples: 500,
  samplesAcross: 200,
  claims: 60,
  others: 1_000_000,
  httpSeconds: 1,
  httpWarmupSeconds: 1.5,
};

const small: Sizes = {
  jobs: 2_000,
  single: 50,
  warmup: 500,
  samples: 20,
  samplesAcross: 10,
  claims: 4,
  others: 3_000,
  httpSeconds: 0.15,
  httpWarmupSeconds: 0.05,
};

const profiled: readonly PhaseName[] = ["in-flight", "bulk", "drain"];

/** @throws {UsageError} on an unknown flag or phase, or a value out of range. */
export function readOptions(args: readonly string[]): QueueOptions {
  const values = parseFlags(args, flags, usage);
  const smoke = values.smoke ?? false;
  const profile = values.profile ?? false;
  const chosen = profile && values.only === undefined ? profiled : choose(values.only, names, "--only to name phases");
  return {
    phases: chosen,
    store: oneOf("--store", values.store ?? "sqlite", storeNames),
    synchronous: oneOf("--synchronous", values.synchronous ?? "full", synchronousModes),
    rounds: smoke ? 1 : integer("--rounds", values.rounds ?? "7"),
    sizes: smoke ? small : sizesFrom(values),
    dir: values.dir ?? new URL("../../data/", import.meta.url).pathname,
    seed: seedFrom(values.seed),
    json: values.json,
    profile,
    smoke,
  };
}

function sizesFrom(values: { readonly jobs?: string; readonly others?: string; readonly seconds?: string }): Sizes {
  return {
    ...full,
    jobs: integer("--jobs", values.jobs ?? String(full.jobs)),
    others: integer("--others", values.others ?? String(full.others)),
    httpSeconds: positive("--seconds", values.seconds ?? String(full.httpSeconds)),
  };
}
