// What a job costs PostgreSQL in bytes: `node --conditions=afterwork-source scripts/postgres-footprint.ts URL [jobs]`.
// The WAL is that of the whole server, so nobody else should write to it meanwhile. It makes a schema, and drops it.
import { Engine, task } from "afterwork";
import { postgres } from "afterwork/postgres";
import { Client } from "pg";

const [url = "", jobs = "100000"] = process.argv.slice(2);
const count = Number(jobs);
const schema = `footprint_${process.pid}`;

const nothing = task("nothing", { durable: true }, (_context, _number: number) => undefined);
const store = postgres(url, { schema });
const engine = new Engine({ store, tasks: [nothing], retention: { succeeded: "1ms" }, storeTimeout: "60s" });
const client = new Client({ connectionString: url });

/** Runs `act`, and prints how much WAL it came to for each job. */
async function printWal(what: string, act: () => Promise<void>): Promise<void> {
  const [{ lsn = "" } = {}] = await rows("select pg_current_wal_insert_lsn()::text as lsn");
  await act();
  const [{ bytes } = {}] = await rows(`select pg_current_wal_insert_lsn() - '${lsn}'::pg_lsn as bytes`);
  console.log(`${what}: ${perJob(bytes)} bytes of WAL a job`);
}

async function rows(text: string): Promise<readonly Record<string, string>[]> {
  return (await client.query<Record<string, string>>(text)).rows;
}

function perJob(bytes: string | undefined): number {
  return Math.round(Number(bytes) / count);
}

async function enqueueAll(): Promise<void> {
  for (let start = 0; start < count; start += 10_000) {
    const size = Math.min(10_000, count - start);
    await engine.enqueueMany(Array.from({ length: size }, (_, index) => [nothing, start + index] as const));
  }
}

async function workOff(): Promise<void> {
  const worker = await engine.work({ concurrency: 100 });
  while ((await engine.counts()).statuses.queued > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  await worker.stop();
}

async function pruneAll(): Promise<void> {
  while ((await store.prune(10_000)).more);
}

try {
  await client.connect();
  await engine.counts();
  await printWal("stored", enqueueAll);
  await printWal("worked off", workOff);
  await client.query(`vacuum ${schema}.job, ${schema}.outcome`);
  const kept = await rows(
    `select relname as name, pg_total_relation_size(oid) as bytes from pg_class
      where relnamespace = '${schema}'::regnamespace and relname in ('job', 'outcome') order by relname`,
  );
  for (const { name, bytes } of kept) console.log(`kept in ${name}, with its indexes: ${perJob(bytes)} bytes a job`);
  await client.query(`update ${schema}.outcome set forget_at = 0`);
  await printWal("forgotten", pruneAll);
} finally {
  await engine.close();
  await client.query(`drop schema if exists ${schema} cascade`);
  await client.end();
}
