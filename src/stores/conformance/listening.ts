import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { WakeTopic } from "../contract/store.ts";
import type { Trial } from "./trial.ts";

/** How long a hint may take, in milliseconds: it may have to go through a server. */
const patienceMs = 5000;

/** What a store has told a listener. */
export interface Heard {
  readonly topics: readonly WakeTopic[];
  /** Resolves when a topic has been heard. */
  wait(topic: WakeTopic): Promise<void>;
  stop(): void;
}

/** Listens to the hints of a store from now on. */
export function listen(trial: Trial): Heard {
  const topics: WakeTopic[] = [];
  let wakeUp = (): void => {};
  const stop = trial.store.onWake((topic) => {
    topics.push(topic);
    wakeUp();
  });
  return {
    topics,
    stop,
    async wait(topic) {
      const late = new AbortController();
      const timeout = wait(patienceMs, "late" as const, { signal: late.signal });
      timeout.catch(() => {});
      while (!topics.includes(topic)) {
        const next = new Promise<void>((resolve) => {
          wakeUp = resolve;
        });
        const end = await Promise.race([next, timeout]);
        assert.notEqual(end, "late", `expected a hint "${topic}", got ${topics.join(", ") || "none"}`);
      }
      late.abort();
    },
  };
}
