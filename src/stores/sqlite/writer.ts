import type { Clock } from "../../base/clock.ts";
import type { WakeTopic } from "../contract/store.ts";
import { BusyRetry } from "./busy-retry.ts";
import { Command } from "./command.ts";
import type { Core } from "./core.ts";
import { codeOf, sqliteCode, toFault } from "./faults.ts";

/** What a {@link Writer} needs. */
export interface WriterParts {
  readonly core: Core;
  readonly clock: Clock;
  readonly path: string;
  /** How long a locked file is tried again. */
  readonly busyMs: number;
  /** Told after a commit what it has brought, and what others have brought. */
  readonly onTopics: (topics: ReadonlySet<WakeTopic>) => void;
}

/** A transaction takes no further call when it has lasted this long, or has done so much: the event loop is not ours. */
const longestMs = 2;
const mostWeight = 1000;

/**
 * Group commit: the calls that wait run in one transaction and are answered after its commit. What a call has done before
 * it refuses with a `StoreFaultError` stands; after any other failure all are undone, and each is run again alone.
 */
export class Writer {
  readonly #parts: WriterParts;
  readonly #busy: BusyRetry;
  #queue: Command[] = [];
  #scheduled = false;
  #whenIdle: (() => void)[] = [];
  #commits = 0;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#busy = new BusyRetry(parts.busyMs);
  }

  /** How many transactions have been committed. */
  get commits(): number {
    return this.#commits;
  }

  /** Runs a transition in the next transaction; its answer comes after the commit. `weight`: about how many jobs it touches. */
  submit<Answer>(weight: number, transition: (core: Core) => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#queue.push(new Command(weight, transition, resolve, reject));
      this.#schedule();
    });
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not a microtask: what is called in the same turn shares one commit.
    setImmediate(() => this.#drain());
  }

  #drain(): void {
    const { core, clock, onTopics } = this.#parts;
    const taken: Command[] = [];
    try {
      core.sql.run("begin immediate");
      const others = core.begin(clock.now());
      this.#runSome(taken);
      const own = core.flush();
      core.sql.run("commit");
      this.#busy.over();
      this.#commits += 1;
      this.#queue = this.#queue.slice(taken.length);
      for (const command of taken) command.answer();
      onTopics(new Set([...others, ...own]));
      this.#goOn();
    } catch (error) {
      this.#recover(error, taken);
    }
  }

  #runSome(taken: Command[]): void {
    const { core } = this.#parts;
    const stopAt = performance.now() + longestMs;
    let weight = 0;
    for (const command of this.#queue) {
      weight += command.weight;
      if (taken.length > 0 && (command.alone || weight > mostWeight || performance.now() > stopAt)) return;
      taken.push(command);
      command.run(core);
      if (command.alone) return;
    }
  }

  #goOn(): void {
    this.#scheduled = false;
    if (this.#queue.length > 0) return this.#schedule();
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const tell of idle) tell();
  }

  #recover(error: unknown, taken: readonly Command[]): void {
    this.#undo();
    if (codeOf(error) === sqliteCode.busy) return this.#waitForLock(error);
    if (taken.length > 1) {
      for (const command of taken) command.alone = true;
    } else {
      // A transaction that can't even begin fails for all that wait.
      const failed = this.#queue.splice(0, taken.length === 0 ? this.#queue.length : 1);
      for (const command of failed) command.fail(toFault(error, this.#parts.path));
    }
    this.#goOn();
  }

  #waitForLock(error: unknown): void {
    const given = this.#busy.givenUp(this.#queue);
    this.#queue = this.#queue.filter((command) => !given.has(command));
    for (const command of given) command.fail(toFault(error, this.#parts.path));
    if (this.#queue.length === 0) return this.#goOn();
    setTimeout(() => this.#drain(), this.#busy.nextWaitMs());
  }

  #undo(): void {
    const { core } = this.#parts;
    core.forget();
    try {
      if (core.sql.database.isTransaction) core.sql.run("rollback");
    } catch {
      // Some failures end the transaction by themselves; the error that is told is the first one.
    }
  }
}
