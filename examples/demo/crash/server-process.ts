import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Home } from "../home.ts";

const program = fileURLToPath(new URL("./server.ts", import.meta.url));

/** However badly the tour goes, no server outlives this. */
const longestLifeMs = 60_000;

/** A server of the demo in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly pid: number | undefined;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    this.pid = child.pid;
  }

  /** Resolves when it listens. @throws when it ends instead, with what it has written. */
  static async start({ folder, schema }: Home): Promise<ServerProcess> {
    const child = fork(program, {
      execArgv: ["--conditions=afterwork-source"],
      // What a killed server leaves behind lies there as well: its half-read uploads.
      env: { ...process.env, DATA_DIR: folder, DEMO_SCHEMA: schema, TMPDIR: folder, TEMP: folder },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      timeout: longestLifeMs,
      killSignal: "SIGKILL",
    });
    let written = "";
    child.stdout?.on("data", (chunk) => (written += String(chunk)));
    child.stderr?.on("data", (chunk) => (written += String(chunk)));
    const killNow = (): void => void child.kill("SIGKILL");
    // Before the folder is removed, into which it writes.
    process.prependOnceListener("exit", killNow);
    child.once("exit", () => process.off("exit", killNow));
    const ended = once(child, "close").then(([code]) => {
      throw new Error(`the server ended with ${String(code)} before it listened: ${written}`);
    });
    const [url] = await Promise.race([once(child, "message"), ended]);
    ended.catch(() => {});
    return new ServerProcess(child, String(url));
  }

  /** `kill -9`, at whatever it is. Resolves when it has ended. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
