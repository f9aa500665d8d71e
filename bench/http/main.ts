import { writeFile } from "node:fs/promises";
import type { Benchmark } from "../benchmark.ts";
import { toJson } from "../format.ts";
import { describeMachine } from "../machine.ts";
import { progress } from "../progress.ts";
import { seededRandom } from "../statistics.ts";
import { compareAdapters } from "./adapters/compare.ts";
import { pairs } from "./adapters/pairs.ts";
import { formatAdaptersReport } from "./adapters/report.ts";
import { judgeGoals } from "./goals.ts";
import type { HttpOptions } from "./options.ts";
import { readOptions } from "./options.ts";
import { profileServers } from "./profile.ts";
import type { Python } from "./python.ts";
import { findPython } from "./python.ts";
import type { HttpReport } from "./report.ts";
import { formatReport } from "./report.ts";
import type { RoundsResult } from "./rounds.ts";
import { measureRounds } from "./rounds.ts";
import { Figures } from "./summary.ts";
import type { Server } from "./targets.ts";
import { servers, targetsOf } from "./targets.ts";

export const httpBenchmark: Benchmark = {
  name: "http",
  async run(flags) {
    const options = readOptions(flags);
    await (options.adapters ? runAdapters(options) : runServers(options));
    const isWholeSmoke = options.smoke && !options.adapters && !flags.includes("--only");
    if (isWholeSmoke) await runAdapters(readOptions([...flags, "--adapters"]));
  },
};

async function runServers(options: HttpOptions): Promise<void> {
  const chosen = servers.filter((server) => options.only.includes(server.name));
  if (options.profile) return profileServers(chosen, options);
  const python = await pythonFor(chosen);
  const present = chosen.filter((server) => server.language === "node" || python?.found === true);
  const report = await measureAll(present, options, python);
  await publish(formatReport(report), report, options);
}

async function runAdapters(options: HttpOptions): Promise<void> {
  const chosen = pairs.filter((pair) => options.only.includes(pair.name));
  const both = chosen.flatMap(({ bare, adapter }) => [bare, adapter]);
  if (options.profile) return profileServers(both, options);
  const report = await compareAdapters(chosen, options);
  await publish(formatAdaptersReport(report), report, options);
}

async function publish(text: string, report: object, { smoke, json }: HttpOptions): Promise<void> {
  console.log(text);
  if (smoke) console.log("\nA smoke run: everything answered rightly; the figures mean nothing.");
  if (json !== undefined) await writeFile(json, toJson(report));
}

async function pythonFor(chosen: readonly Server[]): Promise<Python | undefined> {
  return chosen.some((server) => server.language === "python") ? findPython() : undefined;
}

async function measureAll(present: readonly Server[], options: HttpOptions, python: Python | undefined) {
  const random = seededRandom(options.seed);
  const command = python?.found === true ? python.command : undefined;
  const result = await measureRounds({ servers: present, python: command, options, random, progress });
  progress("");
  return makeReport(present, options, { ...result, python, random });
}

interface Measured extends RoundsResult {
  readonly python: Python | undefined;
  readonly random: () => number;
}

function makeReport(present: readonly Server[], options: HttpOptions, measured: Measured): HttpReport {
  const { rounds, versions, python, random } = measured;
  const figures = new Figures(rounds, random);
  const targets = present.flatMap(targetsOf).map((target) => figures.summarise(target));
  const { rounds: count, launches, seconds, warmupSeconds, connections, seed } = options;
  return {
    benchmark: "http",
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: { ...Object.fromEntries(versions), ...(python?.found === true ? { python: python.versions } : {}) },
    options: { rounds: count, launches, seconds, warmupSeconds, connections, seed },
    skipped: python?.found === false ? [`FastAPI was skipped: ${python.why}`] : [],
    targets,
    goals: options.smoke ? [] : judgeGoals(targets),
    rounds: rounds.map((round) => Object.fromEntries(round)),
  };
}
