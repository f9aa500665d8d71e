import { choose, integer, parseFlags, positive, seedFrom } from "../flags.ts";
import { pairs } from "./adapters/pairs.ts";
import { servers } from "./targets.ts";

export interface HttpOptions {
  /** Compare each framework by itself with the same and its adapter. */
  readonly adapters: boolean;
  /** The names of the servers, or of the frameworks whose adapters are measured. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly launches: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly connections: number;
  readonly attempts: number;
  readonly seed: number;
  readonly json: string | undefined;
  readonly profile: boolean;
  readonly smoke: boolean;
}

const flags = {
  adapters: { type: "boolean" },
  rounds: { type: "string" },
  launches: { type: "string" },
  seconds: { type: "string" },
  warmup: { type: "string" },
  connections: { type: "string" },
  attempts: { type: "string" },
  seed: { type: "string" },
  only: { type: "string" },
  json: { type: "string" },
  profile: { type: "boolean" },
  smoke: { type: "boolean" },
} as const;

const names = {
  servers: servers.map((server) => server.name),
  adapters: pairs.map((pair) => pair.name),
};

const usage = `flags of http:
  --adapters        each framework by itself against the same with its adapter, in place of the servers
  --rounds N        measured rounds in all (30; 60 with --adapters)
  --launches N      the servers are started afresh this many times, the rounds shared out among them (3; 6)
  --seconds S       length of one measurement (0.5; 6 with --profile)
  --warmup S        warm-up of every route after each launch (2)
  --connections N   keep-alive connections, one request in flight on each (50)
  --attempts N      a measurement that other processes disturbed is repeated until it is the Nth (4; never with --adapters)
  --seed N          seed of the order within the rounds (random, printed)
  --only a,b        these servers only: ${names.servers.join(", ")};
                    with --adapters these frameworks: ${names.adapters.join(", ")}
  --json FILE       also write the figures to FILE
  --profile         CPU profile of the route with a task, no figures
  --smoke           one very short round: do all servers answer rightly, does the report come out?
PYTHON names the interpreter that has FastAPI (python3, then /usr/bin/python3).`;

const usualOfServers = { rounds: "30", launches: "3" };
/** A few per cent are looked for. */
const usualOfAdapters = { rounds: "60", launches: "6" };

/** @throws {UsageError} on an unknown flag or server, or a value out of range. */
export function readOptions(args: readonly string[]): HttpOptions {
  const values = parseFlags(args, flags, usage);
  const smoke = values.smoke ?? false;
  const profile = values.profile ?? false;
  const adapters = values.adapters ?? false;
  const usual = adapters ? usualOfAdapters : usualOfServers;
  return {
    adapters,
    only: adapters
      ? choose(values.only, names.adapters, "--only to name frameworks")
      : choose(values.only, names.servers, "--only to name servers"),
    rounds: smoke ? 1 : integer("--rounds", values.rounds ?? usual.rounds),
    launches: smoke ? 1 : integer("--launches", values.launches ?? usual.launches),
    seconds: smoke ? 0.15 : positive("--seconds", values.seconds ?? (profile ? "6" : "0.5")),
    warmupSeconds: smoke ? 0.05 : positive("--warmup", values.warmup ?? "2"),
    connections: integer("--connections", values.connections ?? "50"),
    attempts: smoke ? 1 : integer("--attempts", values.attempts ?? "4"),
    seed: seedFrom(values.seed),
    json: values.json,
    profile,
    smoke,
  };
}
