import { Pool } from "pg";

/** Lends databases that nobody else has: what one contender leaves behind slows down no other. */
export class Databases {
  readonly #url: string;
  #made = 0;

  /** @param url Of a database from which others may be created. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Lends a new database, empty or a copy, which is gone afterwards, whatever happens. */
  async lend<Result>(use: (url: string) => Promise<Result>, from = "template0"): Promise<Result> {
    const name = `afterwork_bench_${process.pid}_${(this.#made += 1)}`;
    // Of a copy only the files are copied; written to the log it would take as long as filling it.
    const copying = from === "template0" ? "" : "strategy file_copy";
    await this.#run(`create database ${name} template ${from} ${copying}`);
    try {
      return await use(this.#urlOf(name));
    } finally {
      await this.#run(`drop database ${name} with (force)`);
    }
  }

  #urlOf(name: string): string {
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    return url.href;
  }

  async #run(sql: string): Promise<void> {
    await connected(this.#url, (pool) => pool.query(sql));
  }
}

/** The name of the database that a URL is of. */
export function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** Lends one connection, which has ended afterwards. */
export async function connected<Result>(url: string, use: (pool: Pool) => Promise<Result>): Promise<Result> {
  const pool = new Pool({ connectionString: url, max: 1 });
  try {
    return await use(pool);
  } finally {
    await pool.end();
  }
}

/** Has everything written and counted, so that no phase pays for what was done before it. */
export async function settle(pool: Pool): Promise<void> {
  await pool.query("vacuum analyze");
  await pool.query("checkpoint");
}
