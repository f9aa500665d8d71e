import { copyFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../benchmark.ts";
import { formatProfile, type CpuProfile } from "../self-time.ts";
import { play } from "./child-process.ts";
import type { PhaseFigures } from "./figures.ts";
import type { QueueOptions } from "./options.ts";
import type { RoleName } from "./role.ts";
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
  const figures = (await play(role, { ...settingsOf(options, folder, random), profile: file })) as PhaseFigures;
  const { perSecond = Number.NaN, cpuMicros = Number.NaN } = figures[role] ?? {};
  const kept = join(tmpdir(), `bench-queue-${role}-${process.pid}.cpuprofile`);
  await copyFile(file, kept);
  const profile = JSON.parse(await readFile(kept, "utf8")) as CpuProfile;
  console.log(`\n${role}: ${Math.round(perSecond)} jobs/s, ${cpuMicros.toFixed(2)} CPU µs/job under the profiler`);
  console.log(`\n${formatProfile(profile)}\n\nThe whole profile, for the developer tools of a browser: ${kept}`);
}
