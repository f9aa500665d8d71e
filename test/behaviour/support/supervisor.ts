import { onTestFinished } from "vitest";

import type { Child } from "./child.ts";
import type { SharedStore } from "./shared-store.ts";

/** Keeps one worker of a store alive, as the service manager of a machine does. */
export interface Supervisor {
  /** The workers so far, the living one last. */
  readonly workers: readonly Child[];
  /** What all of them have printed that fits. */
  lines(fits: RegExp): readonly string[];
}

/** A worker that always crashes is not started again for ever. */
const mostStarts = 12;

export function supervise(store: SharedStore, environment: Readonly<Record<string, string>> = {}): Supervisor {
  const workers: Child[] = [];
  let over = false;
  onTestFinished(() => void (over = true));
  const keepAlive = async (): Promise<void> => {
    while (!over && workers.length < mostStarts) {
      const worker = store.start(environment);
      workers.push(worker);
      await worker.exit;
    }
  };
  void keepAlive();
  return { workers, lines: (fits) => workers.flatMap(({ lines }) => lines).filter((line) => fits.test(line)) };
}
