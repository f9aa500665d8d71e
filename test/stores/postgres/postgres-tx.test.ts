import { spawn } from "node:child_process";
import { once } from "node:events";
import { task, type Engine } from "afterwork";
import { postgres } from "afterwork/postgres";
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { blocksOf, pages } from "../../docs/support/documents.ts";
import { makeProject, removeProject } from "../../docs/support/project.ts";
import { openEngine } from "../../behaviour/support/engines.ts";
import { onDatabase } from "../../support/database.ts";
import { ownDatabase } from "../../support/own-database.ts";
import { describeWith } from "../../support/service.ts";
import { database } from "./server.ts";

vi.setConfig({ testTimeout: 30_000 });

const page = pages().find(({ path }) => path === "docs/postgres.md");
const blocks = page === undefined ? [] : blocksOf(page);

/** The file that begins with a comment such as `// jobs.ts`. */
function quote(file: string): string {
  const block = blocks.find(({ code }) => code.startsWith(`// ${file}\n`));
  if (block === undefined) throw new Error(`expected docs/postgres.md to have the file ${file}`);
  return block.code;
}

/** The code of the page by what it uses. */
const apps: Readonly<Record<string, string>> = {
  pg: quote("with-pg.ts"),
  "postgres.js": quote("with-postgres-js.ts"),
  "Drizzle on pg": quote("with-drizzle.ts"),
  "Drizzle on postgres.js": quote("with-drizzle.ts").replace("drizzle-orm/node-postgres", "drizzle-orm/postgres-js"),
  Kysely: quote("with-kysely.ts"),
};

const server = `
  import { serve } from "afterwork";
  import { app } from "./app.ts";
  console.log((await serve(app, { port: 0, hostname: "127.0.0.1" })).url);
`;

/** At its commit, an order may be held by whoever has the lock 1, or be refused. */
const orders = `
  create table orders (id text primary key);
  create function at_commit() returns trigger language plpgsql as $$ begin
    if new.id like 'held%' then perform pg_advisory_xact_lock(1); end if;
    if new.id like 'refused%' then raise exception 'refused'; end if;
    return null;
  end $$;
  create constraint trigger at_commit after insert on orders deferrable initially deferred
    for each row execute function at_commit();
`;

const receipt = task("receipt", { durable: true }, (_context, _order: string) => undefined);

describeWith(database, "tx on PostgreSQL, as docs/postgres.md has it", () => {
  const url = ownDatabase();
  let holder: Client;
  beforeAll(async () => {
    holder = new Client({ connectionString: url });
    await holder.connect();
    await holder.query(orders);
  });
  afterAll(() => holder.end());

  function open(): Engine {
    return openEngine({ store: postgres(url), tasks: [receipt] });
  }

  /** Serves one of the page's apps, which works its queues, too; the URL of its orders. */
  async function start(app: string): Promise<string> {
    const folder = makeProject({ "jobs.ts": quote("jobs.ts"), "app.ts": app, "server.ts": server });
    onTestFinished(() => removeProject(folder));
    const child = spawn(process.execPath, ["--conditions=afterwork-source", "server.ts"], {
      cwd: folder,
      env: { ...process.env, DATABASE_URL: url },
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    });
    const [printed] = (await once(child.stdout, "data")) as [Buffer];
    return `${String(printed).trim()}/orders`;
  }

  /** Places an order; the id of its job. */
  async function place(at: string, order: string): Promise<string> {
    const response = await fetch(`${at}/${order}`, { method: "POST" });
    expect(response.status).toBe(200);
    return ((await response.json()) as { job: string }).job;
  }

  const jobsOf = async (engine: Engine, order: string): Promise<readonly string[]> =>
    (await engine.jobs({ limit: 1000 })).jobs.filter(({ args }) => args?.[0] === order).map(({ id }) => id);

  for (const [kind, app] of Object.entries(apps)) {
    test(`${kind}: committed → seen from then on, and run exactly once; rolled back → neither order nor job`, async () => {
      const [at, engine] = [await start(app), open()];
      const [held, refused] = [`held by ${kind}`, `refused by ${kind}`].map((order) => encodeURIComponent(order));
      await holder.query("select pg_advisory_lock(1)");
      const placing = place(at, held ?? "");
      await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 10_000, interval: 20 });
      expect(await jobsOf(engine, `held by ${kind}`)).toEqual([]);
      await holder.query("select pg_advisory_unlock(1)");
      const id = await placing;
      await engine.job(id).result({ timeout: "10s" });
      expect(await engine.job(id).read()).toMatchObject({ status: "succeeded", attempt: 1, failures: [] });
      expect(await jobsOf(engine, `held by ${kind}`)).toEqual([id]);

      const response = await fetch(`${at}/${refused}`, { method: "POST" });
      expect(response.status).toBe(500);
      // What is stored after it has run, and so would have the other.
      await engine.job(await place(at, encodeURIComponent(`last of ${kind}`))).result({ timeout: "10s" });
      expect(await jobsOf(engine, `refused by ${kind}`)).toEqual([]);
      const { rows } = await holder.query<{ id: string }>("select id from orders where id like $1 order by 1", [
        `%${kind}`,
      ]);
      expect(rows.map(({ id }) => id)).toEqual([`held by ${kind}`, `last of ${kind}`]);
    });
  }

  test("the statements that the page has to look at it and to watch it can be run", async () => {
    await open().counts();
    const statements = blocks.filter(({ language, code }) => language === "sql" && /^(?:--.*\n)*select/.test(code));
    expect(statements.length).toBeGreaterThan(7);
    await onDatabase(url, async (client) => {
      await client.query("begin read only");
      for (const { code } of statements) await client.query(code);
    });
  });

  async function waiting(): Promise<number> {
    const text =
      "select 1 from pg_locks where locktype = 'advisory' and objid = 1 and not granted and database = (select oid from pg_database where datname = current_database())";
    return await onDatabase(url, async (client) => (await client.query(text)).rowCount ?? 0);
  }
});
