import { copyFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../benchmark.ts";
import { formatProfile, type CpuProfile } from "../self-time.ts";
import { play } from "./child-process.ts";
import type { Figures, PhaseFigures } from "./figures.ts";
import type { QueueOptions } from "./options.ts";
import { part, type RoleName } from "./role.ts";
import { inFolder, settingsOf } from "./rounds.ts";

const profiled: readonly RoleName[] = ["one", "in-flight", "bulk", "drain"];

/** Runs each phase once under V8's profiler, and prints where the time of what is measured went. */
export async function profilePhases(options: QueueOptions, random: () => number): Promise<void> {
  for (const phase of options.phases) {
    const role = profiled.find((name) => name === phase);
    if (role === undefined) throw new UsageError(`--profile is for ${profiled.join(", ")}, not for ${phase}`);
    await inFolder(options.dir, (folder) => profilePhase(role, folder, { options, random }));
  }
  console.log("\nThe profiler counts time, so waiting for the disk counts as `run`; --synchronous normal waits less.");
}

interface ProfileInput {
  readonly options: QueueOptions;
  readonly random: () => number;
}

async function profilePhase(role: RoleName, folder: string, { options, random }: ProfileInput): Promise<void> {
  const file = join(folder, "phase.cpuprofile");
  const figures = (await play(part(role, { ...settingsOf(options, folder, random), profile: file }))) as PhaseFigures;
  const kept = join(tmpdir(), `bench-queue-${role}-${process.pid}.cpuprofile`);
  await copyFile(file, kept);
  console.log(await formatProfiled(role, { figures: figures[role] ?? {}, file: kept }));
}

/** What was measured under the profiler, and where its time went. */
export async function formatProfiled(
  name: string,
  { figures, file }: { readonly figures: Figures; readonly file: string },
): Promise<string> {
  const { perSecond = Number.NaN, cpuMicros = Number.NaN } = figures;
  const profile = JSON.parse(await readFile(file, "utf8")) as CpuProfile;
  return [
    `\n${name}: ${Math.round(perSecond)} jobs/s, ${cpuMicros.toFixed(2)} CPU µs/job under the profiler`,
    formatProfile(profile),
    `The whole profile, for the developer tools of a browser: ${file}`,
  ].join("\n\n");
}
