import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { pinnedTo } from "../cores.ts";
import { conditions } from "../node-flags.ts";
import type { Server } from "./targets.ts";

/** A server's own counters, read together. */
export interface ServerSample {
  readonly handled: number;
  readonly tasks: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

export interface Launch {
  readonly python: string | undefined;
  readonly nodeFlags?: readonly string[];
  /** The core that it is tied to, if it is. */
  readonly core?: number;
}

/** A server in a process of its own, answering over the line protocol of `servers/control.ts`. */
export class ServerProcess {
  readonly server: Server;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  #stderr = "";
  port = 0;
  version = "";

  private constructor(server: Server, child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.server = server;
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    // A write to a server that has died shows as a missing answer.
    child.stdin.on("error", () => undefined);
  }

  /** Resolves when the server listens. */
  static async start(server: Server, launch: Launch): Promise<ServerProcess> {
    const [command, args] = commandOf(server, launch);
    const env = { ...process.env, NODE_ENV: "production", PYTHONDONTWRITEBYTECODE: "1" };
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env });
    const started = new ServerProcess(server, child);
    await once(child, "spawn");
    const hello = await started.#read<{ port: number; version: string }>();
    started.port = hello.port;
    started.version = hello.version;
    return started;
  }

  async sample(): Promise<ServerSample> {
    this.#child.stdin.write("\n");
    return this.#read<ServerSample>();
  }

  /** Ends the process by closing its stdin, so that it can write its profile. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.stdin.end();
    const impatience = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await exited;
    clearTimeout(impatience);
  }

  async #read<T>(): Promise<T> {
    const line = await this.#lines.next();
    if (line.done !== true) return JSON.parse(line.value) as T;
    throw new Error(`the server "${this.server.name}" ended unexpectedly:\n${this.#stderr.trim()}`);
  }
}

function commandOf(server: Server, launch: Launch): [string, string[]] {
  const command = unpinnedCommandOf(server, launch);
  return launch.core === undefined ? command : pinnedTo(launch.core, command);
}

function unpinnedCommandOf(server: Server, { python, nodeFlags = [] }: Launch): [string, string[]] {
  const { args = [] } = server;
  const file = fileURLToPath(server.file);
  if (server.language === "node") return [process.execPath, [...conditions, ...nodeFlags, file, ...args]];
  if (python === undefined) throw new Error(`the server "${server.name}" needs Python`);
  return [python, [file]];
}
