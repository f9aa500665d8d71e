import { afterwork } from "./afterwork/contender.ts";
import type { Contender } from "./contender.ts";
import { bullmq } from "./peers/bullmq.ts";
import { graphile, graphileBatched } from "./peers/graphile.ts";
import { pgBoss, pgBossPolling } from "./peers/pg-boss.ts";

export const contenders: readonly Contender[] = [afterwork, graphile, graphileBatched, pgBoss, pgBossPolling, bullmq];

export const peers: readonly Contender[] = contenders.filter((one) => one !== afterwork);

export function contenderOf(name: string): Contender {
  const found = contenders.find((contender) => contender.name === name);
  if (found === undefined) throw new TypeError(`expected the name of a contender, got "${name}"`);
  return found;
}
