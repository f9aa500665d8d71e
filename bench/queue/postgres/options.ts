import { choose, integer, oneOf, parseFlags, positive, seedFrom } from "../../flags.ts";
import { contenders } from "./contenders.ts";
import { phases, type PhaseName } from "./phases.ts";

/** How much of everything there is. */
export interface Sizes {
  /** Jobs in bulk and to drain. */
  readonly jobs: number;
  readonly warmup: number;
  /** How long jobs are stored with 50 in flight. */
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** Jobs on an idle worker. */
  readonly samples: number;
  /** Claims of 200 in each database. */
  readonly claims: number;
  /** Other jobs beside those that are claimed. */
  readonly others: number;
  /** Jobs that were settled while an old snapshot was open. */
  readonly dead: number;
  /** Claims of ten in each database. */
  readonly smallClaims: number;
}

export interface PostgresOptions {
  readonly phases: readonly PhaseName[];
  readonly contenders: readonly string[];
  readonly url: string;
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly seed: number;
  readonly json: string | undefined;
  readonly profile: boolean;
  readonly smoke: boolean;
}

const flags = {
  store: { type: "string" },
  url: { type: "string" },
  rounds: { type: "string" },
  jobs: { type: "string" },
  seconds: { type: "string" },
  others: { type: "string" },
  dead: { type: "string" },
  only: { type: "string" },
  contenders: { type: "string" },
  seed: { type: "string" },
  json: { type: "string" },
  profile: { type: "boolean" },
  smoke: { type: "boolean" },
} as const;

const phaseNames = phases.map(({ name }) => name);
const contenderNames = contenders.map(({ name }) => name);

const usage = `flags of queue --store postgres:
  --url URL         of a database from which others may be created (DATABASE_URL, or test on 127.0.0.1)
  --rounds N        measured rounds; in each every contender passes every phase, in an order of its own (5)
  --jobs N          jobs in bulk and to drain (100000)
  --seconds S       how long jobs are stored with 50 in flight (3)
  --others N        other jobs beside those that are claimed (1000000)
  --dead N          jobs that were settled while an old snapshot was open (400000)
  --only a,b        these phases only: ${phaseNames.join(", ")}
  --contenders a,b  these only: ${contenderNames.join(", ")}
  --seed N          seed of the order within the rounds (random, printed)
  --json FILE       also write the figures to FILE
  --profile         CPU profiles of in-flight, bulk and drain, or of those that --only names, of afterwork or of --contenders
  --smoke           one very short round: does every job run once, does the report come out?`;

const full: Sizes = {
  jobs: 100_000,
  warmup: 2_000,
  seconds: 3,
  warmupSeconds: 1,
  samples: 100,
  claims: 60,
  others: 1_000_000,
  dead: 400_000,
  smallClaims: 300,
};

const small: Sizes = {
  jobs: 300,
  warmup: 50,
  seconds: 0.1,
  warmupSeconds: 0.05,
  samples: 5,
  claims: 2,
  others: 600,
  dead: 500,
  smallClaims: 5,
};

const profiled: readonly PhaseName[] = ["in-flight", "bulk", "drain"];

/** @throws {UsageError} on an unknown flag, phase or contender, or a value out of range. */
export function readOptions(args: readonly string[]): PostgresOptions {
  const values = parseFlags(args, flags, usage);
  const smoke = values.smoke ?? false;
  const profile = values.profile ?? false;
  oneOf("--store", values.store ?? "postgres", ["postgres"]);
  return {
    phases: profile && values.only === undefined ? profiled : choose(values.only, phaseNames, "--only to name phases"),
    contenders:
      profile && values.contenders === undefined
        ? ["afterwork"]
        : choose(values.contenders, contenderNames, "--contenders to be some"),
    url: values.url ?? process.env["DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/test",
    rounds: smoke ? 1 : integer("--rounds", values.rounds ?? "5"),
    sizes: smoke ? small : sizesFrom(values),
    seed: seedFrom(values.seed),
    json: values.json,
    profile,
    smoke,
  };
}

type SizeFlags = Partial<Readonly<Record<"jobs" | "seconds" | "others" | "dead", string>>>;

function sizesFrom({ jobs, seconds, others, dead }: SizeFlags): Sizes {
  return {
    ...full,
    jobs: integer("--jobs", jobs ?? String(full.jobs)),
    seconds: positive("--seconds", seconds ?? String(full.seconds)),
    others: integer("--others", others ?? String(full.others)),
    dead: integer("--dead", dead ?? String(full.dead)),
  };
}
