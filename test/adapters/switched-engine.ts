import { Engine, memory, task, type PreparedJob } from "afterwork";
import { onTestFinished } from "vitest";

/** A durable task that does nothing. */
export const storedTask = task("stored", { durable: true }, () => {});

/** An engine on a store in memory that can be switched off. It works nothing, and is closed with the test. */
export class SwitchedEngine extends Engine {
  isDown = false;
  /** How many jobs have been stored. */
  stored = 0;

  constructor() {
    super({ store: memory(), tasks: [storedTask] });
    onTestFinished(() => this.close());
  }

  override async store(jobs: readonly PreparedJob[]): Promise<void> {
    if (this.isDown) throw new Error("the store is down");
    await super.store(jobs);
    this.stored += jobs.length;
  }
}
