import { join } from "node:path";
import { tmpdir } from "node:os";
import { UsageError } from "../../benchmark.ts";
import { play } from "../child-process.ts";
import type { PhaseFigures } from "../figures.ts";
import { formatProfiled } from "../profile.ts";
import { Databases } from "./databases.ts";
import type { PostgresOptions } from "./options.ts";
import { part } from "./role.ts";
import { settingsOf } from "./rounds.ts";
import { seriesOf } from "./series.ts";

const profiled: readonly string[] = ["in-flight", "bulk", "drain"];

/** Runs each phase once under V8's profiler, and prints where the time of what is measured went in this process. */
export async function profilePhases(options: PostgresOptions, random: () => number): Promise<void> {
  const databases = new Databases(options.url);
  for (const phase of options.phases) {
    if (!profiled.includes(phase)) throw new UsageError(`--profile is for ${profiled.join(", ")}, not for ${phase}`);
    for (const contender of options.contenders) {
      const file = join(tmpdir(), `bench-queue-${phase}-${contender}-${process.pid}.cpuprofile`);
      const figures = await databases.lend(async (url) => {
        const settings = { ...settingsOf({ options, random, contender, urls: [url] }), profile: file };
        return (await play(part(phase, settings))) as PhaseFigures;
      });
      const series = seriesOf(phase, contender);
      console.log(await formatProfiled(series, { figures: figures[series] ?? {}, file }));
    }
  }
}
