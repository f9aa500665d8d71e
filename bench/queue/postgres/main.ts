import { writeFile } from "node:fs/promises";
import { toJson } from "../../format.ts";
import { describeMachine } from "../../machine.ts";
import { progress } from "../../progress.ts";
import { seededRandom } from "../../statistics.ts";
import { judgeGoals } from "../goals.ts";
import { Summary } from "../summary.ts";
import { hasDriver } from "./afterwork/store.ts";
import { postgresGoals } from "./goals.ts";
import { readOptions, type PostgresOptions } from "./options.ts";
import { profilePhases } from "./profile.ts";
import { formatReport, type PostgresReport } from "./report.ts";
import { measureRounds } from "./rounds.ts";
import { describeServer } from "./server-description.ts";

/** Measures Afterwork on Postgres beside the queues that people use there today. */
export async function comparePostgres(flags: readonly string[]): Promise<void> {
  const wanted = readOptions(flags);
  const server = await describeServer(wanted.url);
  const random = seededRandom(wanted.seed);
  if (wanted.profile) return profilePhases(wanted, random);
  const { options, skipped } = await withWhatIsThere(wanted);
  const rounds = await measureRounds({ options, random });
  progress("");
  const summary = new Summary(rounds, random);
  const { phases, contenders, rounds: count, sizes, seed, smoke } = options;
  const report: PostgresReport = {
    benchmark: "queue",
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    server,
    options: { phases, contenders, rounds: count, sizes, seed },
    skipped,
    goals: smoke ? [] : judgeGoals(postgresGoals, summary),
    rounds,
  };
  console.log(formatReport(report, summary));
  if (smoke) console.log("\nA smoke run: every job ran once; the figures mean nothing.");
  if (options.json !== undefined) await writeFile(options.json, toJson(report));
}

async function withWhatIsThere(options: PostgresOptions) {
  if (!options.contenders.includes("afterwork") || (await hasDriver())) return { options, skipped: [] };
  const contenders = options.contenders.filter((name) => name !== "afterwork");
  return { options: { ...options, contenders }, skipped: ["afterwork was skipped: there is no afterwork/postgres"] };
}
