import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pinnedTo } from "../cores.ts";
import type { LoadCommand, LoadEvent, LoadResult } from "./load.ts";

const ANSWER_TIMEOUT_MS = 15_000;

/** The driver's end of the load generator. One load runs at a time. */
export class LoadProcess {
  readonly #child: ChildProcess;
  #waiting: PromiseWithResolvers<LoadEvent> | undefined;
  #failure: Error | undefined;

  /** `core`: the one that it is tied to, if it is. */
  constructor(core?: number) {
    const file = fileURLToPath(new URL("load.ts", import.meta.url));
    const [execPath, execArgv] = core === undefined ? [process.execPath, []] : pinnedTo(core, [process.execPath, []]);
    this.#child = fork(file, { execPath, execArgv });
    this.#child.on("message", (event: LoadEvent) => {
      if (event.type === "failed") this.#fail(event.message);
      else this.#waiting?.resolve(event);
    });
    this.#child.on("exit", (code) => this.#fail(`the load generator ended with exit code ${code}`));
  }

  async start(port: number, path: string, connections: number): Promise<void> {
    await this.#ask({ type: "start", port, path, connections }, "started");
  }

  /** Forgets the latencies so far. */
  async mark(): Promise<void> {
    await this.#ask({ type: "mark" }, "marked");
  }

  /** Lets the requests in flight end, then closes the connections. */
  async stop(): Promise<LoadResult> {
    return this.#ask({ type: "stop" }, "stopped");
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  async #ask<T extends LoadEvent["type"]>(command: LoadCommand, expected: T): Promise<LoadEvent & { type: T }> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting = Promise.withResolvers();
    this.#child.send(command);
    const impatience = setTimeout(() => this.#fail(`no "${expected}" from the load generator`), ANSWER_TIMEOUT_MS);
    try {
      const event = await this.#waiting.promise;
      if (event.type === expected) return event as LoadEvent & { type: T };
      throw new Error(`expected "${expected}" from the load generator, got "${event.type}"`);
    } finally {
      clearTimeout(impatience);
      this.#waiting = undefined;
    }
  }

  #fail(message: string): void {
    this.#failure ??= new Error(message);
    this.#waiting?.reject(this.#failure);
  }
}
