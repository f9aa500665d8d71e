/** Drops the schemas that it is told, in the database of `DATABASE_URL`. */
import { Client } from "pg";

const names = process.argv.slice(2);
const client = new Client({ connectionString: process.env["DATABASE_URL"], connectionTimeoutMillis: 5_000 });
client.on("error", () => {});
try {
  await client.connect();
  // A server that was killed just now may hold its locks for a moment.
  await client.query("set lock_timeout = '10s'; set client_min_messages = warning");
  for (const name of names) await client.query(`drop schema if exists ${client.escapeIdentifier(name)} cascade`);
} catch (error) {
  console.error(`The schemas ${names.join(", ")} could not be dropped: ${(error as Error).message}`);
} finally {
  await client.end();
}
