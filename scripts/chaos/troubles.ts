import { setTimeout as wait } from "node:timers/promises";

import type { Member, Members, Role } from "./processes.ts";
import type { Random } from "./random.ts";

/** How often each trouble has come over a process. */
export type TroubleCounts = Record<Trouble, number>;
type Trouble = keyof typeof weights;

const weights = { kill: 40, freeze: 20, leave: 20, "kill a producer": 10, "freeze a producer": 5 } as const;

/** Past a lease of a second. */
const freezeMs = [1_200, 2_500] as const;

/** What is to be kept alive, and for how long trouble goes on: until a time, or a number of troubles. */
export interface TroublePlan {
  readonly workers: number;
  readonly producers: number;
  /** The clock of one worker is off by so much, into the one or the other direction. 0: that of none. */
  readonly shiftMs: number;
  readonly untilMs: number;
  readonly most: number;
}

/** Kills, stops and ends processes at random, and puts others in their place. */
export class Troubles {
  readonly counts: TroubleCounts = { kill: 0, freeze: 0, leave: 0, "kill a producer": 0, "freeze a producer": 0 };
  readonly #members: Members;
  readonly #random: Random;
  readonly #thawing: Promise<void>[] = [];

  constructor(members: Members, random: Random) {
    this.#members = members;
    this.#random = random;
  }

  async make({ workers, producers, shiftMs, untilMs, most }: TroublePlan): Promise<void> {
    for (let made = 0; made < most && Date.now() < untilMs;) {
      this.fill("worker", workers, shiftMs);
      this.fill("producer", producers);
      await wait(this.#random.between(100, 900));
      if (await this.#strike()) made += 1;
    }
    await Promise.all(this.#thawing);
  }

  /** Starts as many as are missing. Those that are about to end don't count. One of them has a clock that is off. */
  fill(role: Role, wanted: number, shiftMs = 0): void {
    const there = this.#members.living(role).filter(({ isLeaving }) => !isLeaving);
    let isShifted = there.some((member) => member.isShifted);
    for (let count = there.length; count < wanted; count += 1) {
      const shift = isShifted ? 0 : this.#random.pick([-shiftMs, shiftMs]);
      this.#members.start(role, this.#random.between(0, 2 ** 31), shift);
      isShifted = true;
    }
  }

  /** `false`: nobody was there to strike. */
  async #strike(): Promise<boolean> {
    const trouble = this.#random.weighted(weights);
    const role = trouble.endsWith("producer") ? "producer" : "worker";
    const able = this.#members.living(role).filter(({ isAtWork }) => isAtWork);
    if (able.length === 0) return false;
    const victim = this.#random.pick(able);
    this.counts[trouble] += 1;
    if (trouble === "leave") victim.leave();
    else if (trouble.startsWith("kill")) victim.kill();
    else this.#thawing.push(this.#freeze(victim));
    return true;
  }

  async #freeze(victim: Member): Promise<void> {
    victim.freeze();
    await wait(this.#random.between(...freezeMs));
    victim.thaw();
  }
}
