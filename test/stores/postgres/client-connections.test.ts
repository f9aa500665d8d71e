import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PGlite } from "@electric-sql/pglite";
import { Client, Pool } from "pg";
import postgres from "postgres";
import { expect, test } from "vitest";
import { checkConnection, databaseOf } from "../../../src/stores/postgres/client/database-of.ts";
import { placeOf } from "../../../src/stores/postgres/client/place.ts";
import { postgres as afterwork } from "../../../src/stores/postgres/postgres.ts";

test("what is no connection is refused, saying what is expected", async () => {
  for (const given of [undefined, null, 5, {}, () => {}, new Client(), [], new Map()]) {
    expect(() => checkConnection(given)).toThrow(
      /expected a URL such as .* a Pool of pg, the sql of postgres.js, or a PGlite, got/,
    );
  }
  await expect(databaseOf({} as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
});

test("what is a connection is accepted without being connected", async () => {
  await using pglite = new PGlite();
  for (const given of ["postgres://host/database", "postgresql://user@host:1/database", new Pool(), postgres(), pglite])
    checkConnection(given);
});

test("a URL that is none is refused without being repeated", async () => {
  for (const given of ["", "host", "mysql://user:secret@host/database", "postgres://user:secret@[host/database"]) {
    expect(() => checkConnection(given)).toThrow(
      'expected a URL such as "postgres://user@host/database", got another text',
    );
    await expect(databaseOf("postgres://host/database", { listenUrl: given })).rejects.toThrow(
      "listenUrl: expected a URL",
    );
  }
});

test("a timeout that no timer waits for is refused", () => {
  const open = (timeout: "24d" | "25d") => afterwork("postgres://host/database", { timeout });
  expect(() => open("24d")).not.toThrow();
  expect(() => open("25d")).toThrow('postgres(): timeout: expected a duration such as 250 (milliseconds), "30s"');
});

test("an sql that changes rows as a whole is refused", () => {
  const sql = postgres({ transform: { row: { from: (row: object) => row } } } as never);
  expect(() => checkConnection(sql)).toThrow("expected an sql without transform.row");
});

test("a URL says that it needs pg where that is not installed", async () => {
  const code = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier === "pg") throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
        return next(specifier, context);
      },
    });
    const { databaseOf } = await import("./src/stores/postgres/client/database-of.ts");
    await databaseOf("postgres://user:secret@host/database").catch((error) => console.log(error.code, error.message));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
  expect(stdout.trim()).toBe(
    "INVALID_OPTION the connection: a URL needs the package pg, which can't be imported here; npm install pg",
  );
});

test("a place names the server and the database, and no more", () => {
  expect(placeOf({ connectionString: "postgres://user:secret@host:6543/my%20jobs?sslmode=require" })).toBe(
    "PostgreSQL at host:6543/my jobs",
  );
  expect(placeOf({ connectionString: "postgres:///jobs?host=/run/postgresql" })).toBe(
    "PostgreSQL at /run/postgresql:5432/jobs",
  );
  expect(placeOf({ host: ["one", "two"], port: [1, 2], database: "jobs" })).toBe("PostgreSQL at one:1/jobs");
});
