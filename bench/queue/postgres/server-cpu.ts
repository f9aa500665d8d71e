import { readdirSync, readFileSync } from "node:fs";
import type { Pool } from "pg";

/** The CPU time of a Postgres server on this machine: its backends, its writers, and those of them that have ended. */
export class ServerCpu {
  readonly #postmaster: number;

  private constructor(postmaster: number) {
    this.#postmaster = postmaster;
  }

  /** `undefined` where it can't be read: the server is elsewhere, or this is not Linux. */
  static async find(pool: Pool): Promise<ServerCpu | undefined> {
    const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
    const backend = processOf(rows[0]?.pid ?? 0);
    // A process of the same id may run here while the server runs elsewhere.
    return backend?.command === "postgres" ? new ServerCpu(backend.parent) : undefined;
  }

  /** Only differences mean something. It counts in ticks of 10 ms for each process. */
  seconds(): number {
    for (;;) {
      const before = processOf(this.#postmaster);
      const ticks = childrenOf(this.#postmaster).reduce((sum, { ticks }) => sum + ticks, 0);
      const after = processOf(this.#postmaster);
      if (before === undefined || after === undefined) return Number.NaN;
      // One that has ended meanwhile would count twice, or not at all.
      if (before.endedTicks === after.endedTicks) return (ticks + after.ticks + after.endedTicks) / ticksPerSecond;
    }
  }
}

interface ProcessTimes {
  readonly command: string;
  readonly parent: number;
  readonly ticks: number;
  /** Of its children that have ended. */
  readonly endedTicks: number;
}

const ticksPerSecond = 100;

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function processOf(pid: number): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const end = stat.lastIndexOf(")"); // a command may contain anything
    const fields = stat.slice(end + 2).split(" ");
    const field = (number: number): number => Number(fields[number - 3]);
    return {
      command: stat.slice(stat.indexOf("(") + 1, end),
      parent: field(4),
      ticks: field(14) + field(15),
      endedTicks: field(16) + field(17),
    };
  } catch {
    return undefined; // it has ended, or there is no such file system
  }
}

function childrenOf(parent: number): readonly ProcessTimes[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const all = ids.map((id) => processOf(Number(id))).filter((one) => one !== undefined);
  return all.filter((one) => one.parent === parent);
}
