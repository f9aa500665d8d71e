import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { progress } from "../progress.ts";
import { shuffled } from "../statistics.ts";
import { play } from "./child-process.ts";
import type { PhaseFigures } from "./figures.ts";
import { measureHttp } from "./http/phase.ts";
import type { QueueOptions } from "./options.ts";
import type { PhaseName } from "./phases.ts";
import { part, type RoleSettings } from "./role.ts";
import type { Round } from "./summary.ts";

export interface RoundsInput {
  readonly options: QueueOptions;
  readonly phases: readonly PhaseName[];
  readonly random: () => number;
}

/** Measures each phase once per round, in an order shuffled anew, each in a new process and in a folder that it finds empty. */
export async function measureRounds({ options, phases, random }: RoundsInput): Promise<readonly Round[]> {
  return inFolder(options.dir, async (othersFolder) => {
    if (phases.includes("claims")) {
      progress(`filling a file with ${options.sizes.others} jobs`);
      await play(part("build-others", settingsOf(options, othersFolder, random)));
    }
    const rounds: Round[] = [];
    while (rounds.length < options.rounds) {
      let round: Round = {};
      for (const phase of shuffled(phases, random)) {
        progress(`round ${rounds.length + 1} of ${options.rounds}: ${phase}`);
        const figures = await inFolder(options.dir, (folder) => {
          return measurePhase(phase, { ...settingsOf(options, folder, random), others: othersFolder });
        });
        round = { ...round, ...figures };
      }
      rounds.push(round);
    }
    return rounds;
  });
}

async function measurePhase(phase: PhaseName, settings: RoleSettings): Promise<PhaseFigures> {
  if (phase === "http") return measureHttp(settings);
  return (await play(part(phase, settings))) as PhaseFigures;
}

/** What a child process is told that works in a folder. */
export function settingsOf(options: QueueOptions, folder: string, random: () => number): RoleSettings {
  const { store: name, synchronous, sizes } = options;
  return { store: { name, synchronous, folder }, sizes, seed: Math.floor(random() * 1e9) };
}

/** Lends a new folder, which is gone afterwards, whatever happens. */
export async function inFolder<Result>(dir: string, use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(dir, "bench-queue-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
