import type { Pool } from "pg";
import type { Figures } from "../figures.ts";
import { measured, type Measured } from "../measured.ts";
import { ServerCpu } from "./server-cpu.ts";

/** Measures with the CPU time of the server, if that can be read. It is not that of others then. */
export async function measuredWithServer(pool: Pool, { profile, run }: Measured): Promise<Figures> {
  const server = await ServerCpu.find(pool);
  let jobs = 0;
  const before = server?.seconds();
  const figures = await measured({ profile, run: async () => (jobs = await run()) });
  if (server === undefined || before === undefined) return figures;
  const used = server.seconds() - before;
  const seconds = jobs / (figures.perSecond ?? Number.NaN);
  return {
    ...figures,
    serverMicros: (used * 1e6) / jobs,
    others: Math.max(0, (figures.others ?? 0) - used / seconds),
  };
}
