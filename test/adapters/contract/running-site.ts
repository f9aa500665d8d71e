import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

import type { Host } from "./host.ts";
import type { Entry } from "./journal.ts";

/** How a site ended. */
export interface Closed {
  /** Milliseconds from the call of the framework's own close to its end. */
  readonly closed: number;
  readonly journals: Readonly<Record<string, readonly Entry[]>>;
}

const endMs = 3_000;

type Process = ChildProcessByStdio<Writable, Readable, Readable>;

/** The site of a host, in a process of its own. */
export class RunningSite {
  readonly port: number;
  readonly #process: Process;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: Process, lines: AsyncIterator<string>, port: number) {
    this.#process = process;
    this.#lines = lines;
    this.port = port;
  }

  /** Resolves when it listens. @throws with what it wrote when it ends before. */
  static async start(host: Host): Promise<RunningSite> {
    const [program, ...args] = host.runtime.command(host.adapter);
    const process = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    // It may have ended by the time it is told to.
    process.stdin.on("error", () => {});
    let errors = "";
    process.stderr.on("data", (text: Buffer) => (errors = (errors + text.toString()).slice(-20_000)));
    const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    const started = await messageWith<{ readonly port: number }>("port", lines);
    if (started === undefined) throw new Error(`the site ${host.adapter} did not start:\n${errors}`);
    return new RunningSite(process, lines, started.port);
  }

  /** Ends it by the framework's own close. */
  async close(): Promise<Closed> {
    this.#process.stdin.write("close\n");
    const closed = await messageWith<Closed>("closed", this.#lines);
    if (closed === undefined) throw new Error("the site ended before it was closed");
    return closed;
  }

  /** Ends it, if need be by force. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    const force = setTimeout(() => this.#process.kill("SIGKILL"), endMs);
    // What is on the other side ends its own children when its input does.
    this.#process.stdin.end();
    await exited;
    clearTimeout(force);
  }
}

/** The next line that is an object with `key`; frameworks print lines of their own. `undefined` when there are no more. */
async function messageWith<Message>(key: string, lines: AsyncIterator<string>): Promise<Message | undefined> {
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    if (line.value.startsWith(`{"${key}":`)) return JSON.parse(line.value) as Message;
  }
  return undefined;
}
