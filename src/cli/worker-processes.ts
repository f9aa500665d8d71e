import { sleep, systemClock } from "../base/clock.ts";
import { exitCode } from "./exit-code.ts";
import { print, printError } from "./print.ts";
import type { StopRequest } from "./stop-request.ts";
import { WorkerChild, type ChildEnd } from "./worker-child.ts";
import { stopPatienceMs, type WorkerOrder } from "./worker-options.ts";

/** Waits before a process is replaced: doubled each time, from the start once one has lived long. */
const firstWaitMs = 100;
const longestWaitMs = 30_000;
const longLifeMs = 60_000;

/** What a child may take when nobody wants to wait; then it is killed. */
const hurriedPatienceMs = 10_000;

/** Worker processes that are replaced when they crash, and stopped together. */
export class WorkerProcesses {
  readonly #order: WorkerOrder;
  readonly #stop: StopRequest;
  readonly #children = new Set<WorkerChild>();
  readonly #stopping = new AbortController();
  #isFine = true;

  constructor(order: WorkerOrder, stop: StopRequest) {
    this.#order = order;
    this.#stop = stop;
  }

  /** Runs until it is asked to stop and all have ended. Returns the exit code. */
  async run(count: number): Promise<number> {
    void this.#stop.asked.then(() => this.#stopAll());
    // One alone at first: what is wrong with the engine is told once, and the schema is made by one.
    const first = this.#start();
    if (!(await first.ready)) return this.#failedAtStart(first, await first.ended);
    const others = Array.from({ length: count - 1 }, () => this.#keep());
    print(`${count} processes`);
    await Promise.all([this.#keep(first), ...others]);
    print("all processes have stopped");
    return this.#isFine ? exitCode.fine : exitCode.failed;
  }

  /** What fails at its first start would fail again. */
  #failedAtStart(child: WorkerChild, end: ChildEnd): number {
    if (end.code === exitCode.usage) return exitCode.usage;
    printError(`process ${child.pid} ended with ${describeEnd(end)} before it was ready`);
    return exitCode.failed;
  }

  #start(): WorkerChild {
    const child = new WorkerChild(this.#order);
    this.#children.add(child);
    void child.ended.then(() => this.#children.delete(child));
    if (this.#stop.isAsked) child.order("stop");
    return child;
  }

  /** Keeps one place filled until all are to stop. */
  async #keep(first?: WorkerChild): Promise<void> {
    let waitMs = firstWaitMs;
    for (let child = first; !this.#stop.isAsked || child !== undefined; child = undefined) {
      child ??= this.#start();
      const start = performance.now();
      const end = await child.ended;
      if (this.#stop.isAsked) return this.#note(child, end);
      if (performance.now() - start > longLifeMs) waitMs = firstWaitMs;
      printError(`process ${child.pid} ended with ${describeEnd(end)}; another one takes its place in ${waitMs} ms`);
      await sleep(systemClock, waitMs, this.#stopping.signal);
      waitMs = Math.min(waitMs * 2, longestWaitMs);
    }
  }

  #note(child: WorkerChild, end: ChildEnd): void {
    if (end.code === exitCode.fine) return;
    this.#isFine = false;
    printError(`process ${child.pid} ended with ${describeEnd(end)}`);
  }

  #stopAll(): void {
    this.#stopping.abort();
    this.#orderAll("stop");
    this.#killAfter(this.#order.graceMs + stopPatienceMs);
    const hurry = (): void => {
      this.#orderAll("hurry");
      this.#killAfter(hurriedPatienceMs);
    };
    this.#stop.hurry.addEventListener("abort", hurry, { once: true });
  }

  #orderAll(order: "stop" | "hurry"): void {
    for (const child of this.#children) child.order(order);
  }

  /** Nothing else ends a child whose event loop is blocked. */
  #killAfter(ms: number): void {
    systemClock.after(ms, () => {
      for (const child of this.#children) {
        printError(`process ${child.pid} does not end and is killed`);
        child.kill();
      }
    });
  }
}

function describeEnd({ code, signal }: ChildEnd): string {
  return signal === null ? `the exit code ${code}` : `the signal ${signal}`;
}
