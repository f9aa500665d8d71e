import { fork, type ChildProcess } from "node:child_process";
import { extname } from "node:path";

import type { WorkerOrder } from "./worker-options.ts";

const entry = new URL(`./worker-process${extname(import.meta.url)}`, import.meta.url);

/** How a child has ended. */
export interface ChildEnd {
  /** `null`: by a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One worker process, as its parent sees it. */
export class WorkerChild {
  readonly #process: ChildProcess;
  /** Resolves with `true` when it works; with `false` when it has ended before. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<ChildEnd>;

  constructor(order: WorkerOrder) {
    this.#process = fork(entry, [JSON.stringify(order)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.ended = new Promise((resolve) => {
      this.#process.once("error", () => resolve({ code: 1, signal: null }));
      this.#process.once("exit", (code, signal) => resolve({ code, signal }));
    });
    const isReady = new Promise<true>((resolve) => this.#process.once("message", () => resolve(true)));
    this.ready = Promise.race([isReady, this.ended.then(() => false)]);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** By a message, not a signal: it may have had the same signal as its parent. */
  order(order: "stop" | "hurry"): void {
    if (this.#process.connected) this.#process.send(order, () => {});
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }
}
