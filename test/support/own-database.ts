import { afterAll, beforeAll } from "vitest";

import { databaseUrl, newSchemaName, onDatabase } from "./database.ts";

/** To drop a database the server makes a checkpoint, which takes its time on a busy disk. */
const patienceMs = 120_000;

/**
 * The URL of a database that nobody else uses, there for the tests of this file or block: for schemas whose names do not
 * change, and for statements that wait for all transactions of their database.
 */
export function ownDatabase(): string {
  const name = newSchemaName();
  const onServer = (text: string) => () => onDatabase(databaseUrl, (client) => client.query(text));
  beforeAll(onServer(`create database ${name}`), patienceMs);
  afterAll(onServer(`drop database ${name} with (force)`), patienceMs);
  return Object.assign(new URL(databaseUrl), { pathname: name }).href;
}
