import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, mkdtempSync } from "node:fs";
import { once } from "node:events";
import { appendFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { findPostgresBinaries } from "./postgres-binaries.ts";

const run = promisify(execFile);

/** How a server ends: `fast` cuts its connections and shuts down in order, `immediate` is a crash that it recovers from. */
export type StopMode = "fast" | "immediate";

/** Settings of `postgresql.conf`. */
export type ServerSettings = Readonly<Record<string, string | number>>;

/** Whom a process runs as. */
interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** Ends a server and removes its folder when nobody writes to its input any longer, however that process has ended. */
const undertaker = 'cat >/dev/null; "$1/pg_ctl" -D "$2/data" -m immediate -w stop; rm -rf "$2"';

/** A PostgreSQL server of a test's own, in a temporary folder and on a free port, which commits to the disk. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #binaries: string;
  readonly #folder: string;
  readonly #user: User;
  readonly #undertaker: ChildProcess;

  private constructor(binaries: string, port: number) {
    this.port = port;
    this.#binaries = binaries;
    this.#folder = mkdtempSync(join(tmpdir(), "afterwork-postgres-"));
    this.#user = unprivileged();
    if (this.#user.uid !== undefined && this.#user.gid !== undefined) {
      chownSync(this.#folder, this.#user.uid, this.#user.gid);
    }
    this.#undertaker = spawn("sh", ["-c", undertaker, "sh", binaries, this.#folder], {
      ...this.#user,
      cwd: this.#folder,
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#undertaker.unref();
  }

  /**
   * Makes a cluster and starts it.
   *
   * @throws where no server is installed; ask `findPostgresBinaries` first.
   */
  static async start(settings: ServerSettings = {}): Promise<PostgresServer> {
    const binaries = findPostgresBinaries();
    if (binaries === undefined) throw new Error("expected initdb, pg_ctl and postgres to be installed");
    const server = new PostgresServer(binaries, await freePort());
    try {
      await server.#run("initdb", [
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
      ]);
      await server.set({ listen_addresses: "127.0.0.1", unix_socket_directories: "", fsync: "on", ...settings });
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Of the database `postgres`; a proxy in front of it has another port. */
  url(port: number = this.port): string {
    return `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** Settings that count from the next start. */
  async set(settings: ServerSettings): Promise<void> {
    for (const [name, value] of Object.entries(settings)) {
      // There may be no server yet that could be told by ALTER SYSTEM.
      await appendFile(join(this.#folder, "data", "postgresql.conf"), `${name} = '${value}'\n`);
    }
  }

  /** Resolves when it accepts connections. */
  async start(): Promise<void> {
    const log = join(this.#folder, "log");
    await this.#run("pg_ctl", ["--wait", `--log=${log}`, `--options=-p ${this.port}`, "start"]);
  }

  /** Resolves when it has ended. */
  async stop(mode: StopMode = "fast"): Promise<void> {
    await this.#run("pg_ctl", ["--wait", `--mode=${mode}`, "stop"]);
  }

  async restart(mode: StopMode = "fast"): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  /** Ends it, if it runs, and removes what it has stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#undertaker.exitCode !== null) return;
    const buried = once(this.#undertaker, "exit");
    this.#undertaker.ref();
    this.#undertaker.stdin?.end();
    await buried;
  }

  async #run(command: string, args: readonly string[]): Promise<void> {
    const all = ["-D", join(this.#folder, "data"), ...args];
    await run(join(this.#binaries, command), all, { ...this.#user, cwd: this.#folder });
  }
}

/** A server refuses to run as root. */
function unprivileged(): User {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      const idOf = (what: string): number => Number(execFileSync("id", [what, name], { encoding: "utf8" }));
      return { uid: idOf("-u"), gid: idOf("-g") };
    } catch {
      // There is no user of this name.
    }
  }
  throw new Error("expected a user postgres or nobody, for a server does not run as root");
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
