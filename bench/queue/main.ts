import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Benchmark } from "../benchmark.ts";
import { toJson } from "../format.ts";
import { describeMachine } from "../machine.ts";
import { progress } from "../progress.ts";
import { seededRandom } from "../statistics.ts";
import { describeDisk } from "./disk.ts";
import { judgeGoals } from "./goals.ts";
import { readOptions, type QueueOptions } from "./options.ts";
import { phases } from "./phases.ts";
import { comparePostgres } from "./postgres/main.ts";
import { profilePhases } from "./profile.ts";
import { formatReport, type QueueReport } from "./report.ts";
import { measureRounds } from "./rounds.ts";
import { sqliteGoals } from "./sqlite-goals.ts";
import { isShared } from "./stores.ts";
import { Summary } from "./summary.ts";

export const queueBenchmark: Benchmark = {
  name: "queue",
  async run(flags) {
    if (storeOf(flags) === "postgres") return comparePostgres(flags);
    const options = readOptions(flags);
    const disk = describeDisk(options.dir);
    const random = seededRandom(options.seed);
    if (options.profile) return profilePhases(options, random);
    const { chosen, skipped } = phasesFor(options);
    const rounds = await measureRounds({ options, phases: chosen, random });
    progress("");
    const summary = new Summary(rounds, random);
    const { store, synchronous, rounds: count, sizes, seed, smoke } = options;
    const report: QueueReport = {
      benchmark: "queue",
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      disk,
      options: { phases: chosen, store, synchronous, rounds: count, sizes, seed },
      skipped,
      goals: smoke || store !== "sqlite" || synchronous !== "full" ? [] : judgeGoals(sqliteGoals, summary),
      rounds,
    };
    console.log(formatReport(report, summary));
    if (smoke) console.log("\nA smoke run: every job ran once and was kept; the figures mean nothing.");
    if (options.json !== undefined) await writeFile(options.json, toJson(report));
  },
};

/** Which store is asked for decides what else can be asked for. */
function storeOf(flags: readonly string[]): unknown {
  return parseArgs({ args: [...flags], options: { store: { type: "string" } }, strict: false }).values.store;
}

/** Some phases need a store that several processes share. */
function phasesFor({ phases: wanted, store }: QueueOptions) {
  const possible = phases.filter(({ shared = false }) => !shared || isShared({ name: store })).map(({ name }) => name);
  const left = wanted.filter((name) => !possible.includes(name));
  const skipped = left.map((name) => `${name} was skipped: the store ${store} belongs to one process`);
  return { chosen: wanted.filter((name) => possible.includes(name)), skipped };
}
