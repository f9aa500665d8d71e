import { progress } from "../../progress.ts";
import { shuffled } from "../../statistics.ts";
import { play } from "../child-process.ts";
import type { PhaseFigures } from "../figures.ts";
import type { Round } from "../summary.ts";
import { Databases, nameOf } from "./databases.ts";
import type { PostgresOptions } from "./options.ts";
import { phases, type PhaseName } from "./phases.ts";
import { part, type RoleSettings } from "./role.ts";

export interface RoundsInput {
  readonly options: PostgresOptions;
  readonly random: () => number;
}

/** One contender in one phase. */
interface Heat {
  readonly phase: PhaseName;
  readonly contender: string;
}

/**
 * Has every contender pass each phase once per round, each time in a new process on new databases. The contenders of a phase
 * follow one another, so that what is compared was measured within a minute; the orders are shuffled anew.
 */
export async function measureRounds({ options, random }: RoundsInput): Promise<readonly Round[]> {
  const databases = new Databases(options.url);
  return withOthers(databases, { options, random }, async (others) => {
    const rounds: Round[] = [];
    while (rounds.length < options.rounds) {
      let round: Round = {};
      for (const heat of heatsOf(options, random)) {
        progress(`round ${rounds.length + 1} of ${options.rounds}: ${heat.phase} of ${heat.contender}`);
        round = { ...round, ...(await measureHeat(heat, { databases, options, random, others })) };
      }
      rounds.push(round);
    }
    return rounds;
  });
}

function heatsOf(options: PostgresOptions, random: () => number): readonly Heat[] {
  const chosen = phases.filter(({ name }) => options.phases.includes(name));
  return shuffled(chosen, random).flatMap(({ name, contenders }) => {
    const possible = contenders.filter((one) => options.contenders.includes(one.name));
    return shuffled(possible, random).map((one): Heat => ({ phase: name, contender: one.name }));
  });
}

interface HeatInput extends RoundsInput {
  readonly databases: Databases;
  /** The name of the database with many other jobs. */
  readonly others: string | undefined;
}

async function measureHeat({ phase, contender }: Heat, input: HeatInput): Promise<PhaseFigures> {
  const { databases, options, random, others } = input;
  const { databases: needed = 1 } = phases.find(({ name }) => name === phase) ?? {};
  const run = async (urls: readonly string[]): Promise<PhaseFigures> =>
    (await play(part(phase, settingsOf({ options, random, contender, urls })))) as PhaseFigures;
  return databases.lend((url) => {
    if (needed === 1) return run([url]);
    return databases.lend((second) => run([url, second]), phase === "claims" ? others : undefined);
  });
}

/** Fills a database for the claims, where they are measured. */
async function withOthers<Result>(
  databases: Databases,
  { options, random }: RoundsInput,
  use: (others: string | undefined) => Promise<Result>,
): Promise<Result> {
  const wanted = options.phases.includes("claims") && options.contenders.includes("afterwork");
  if (!wanted) return use(undefined);
  return databases.lend(async (url) => {
    progress(`filling a database with ${options.sizes.others} jobs`);
    await play(part("fill-with-others", settingsOf({ options, random, contender: "afterwork", urls: [url] })));
    return use(nameOf(url));
  });
}

interface SettingsInput extends RoundsInput {
  readonly contender: string;
  readonly urls: readonly string[];
}

/** What a child process is told. */
export function settingsOf({ options, random, contender, urls }: SettingsInput): RoleSettings {
  return { contender, urls, sizes: options.sizes, seed: Math.floor(random() * 1e9) };
}
