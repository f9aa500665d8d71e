import { App, InvalidSettingsError, depends, serve, settings } from "afterwork";
import { type } from "arktype";
import * as v from "valibot";
import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { ask } from "./ask.ts";

const Settings = z.object({ PORT: z.coerce.number().int().min(1), DATABASE_URL: z.string() });

afterEach(() => void vi.unstubAllEnvs());

test("settings are read from the environment by the schema", async () => {
  vi.stubEnv("PORT", "8080");
  vi.stubEnv("DATABASE_URL", "postgres://localhost/app");
  const app = new App();
  app.get("/", { settings: settings(Settings) }, ({ settings }) => settings);
  expect((await ask(app)).body).toEqual({ PORT: 8080, DATABASE_URL: "postgres://localhost/app" });
});

test("settings are read once", async () => {
  const env: Record<string, string> = { PORT: "1", DATABASE_URL: "x" };
  const app = new App();
  app.get("/", { settings: settings(Settings, { env }) }, ({ settings }) => settings.PORT);
  expect((await ask(app)).body).toBe(1);
  env["PORT"] = "2";
  expect((await ask(app)).body).toBe(1);
});

test("an environment that does not fit keeps the server from listening and names every variable", async () => {
  const app = new App();
  const config = settings(Settings, { env: { PORT: "many" } });
  app.get("/", { pool: depends.app({ config }, ({ config }) => config.DATABASE_URL) }, () => "never");
  const failure: unknown = await serve(app, { port: 0, signals: false }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InvalidSettingsError);
  expect(failure).toMatchObject({ code: "INVALID_SETTINGS" });
  expect((failure as InvalidSettingsError).details["faults"]).toMatchObject(
    [/^PORT: /, /^DATABASE_URL: /].map((pattern) => expect.stringMatching(pattern) as string),
  );
});

test.each([
  ["zod", z.object({ API_KEY: z.coerce.number() })],
  ["valibot", v.object({ API_KEY: v.pipe(v.string(), v.regex(/^\d+$/)) })],
  ["arktype", type({ API_KEY: "string.numeric" })],
])("the message never holds a value, whatever %s says of it", async (_library, schema) => {
  const app = new App();
  app.get("/", { config: settings(schema, { env: { API_KEY: "hunter2-secret" } }) }, () => "never");
  const failure: unknown = await app.start().catch((error: unknown) => error);
  expect(String(failure)).toContain("API_KEY: ");
  expect(JSON.stringify([failure, String(failure)])).not.toContain("hunter2");
});

test("a short value that may be part of the message leaves the message out", async () => {
  const app = new App();
  const schema = v.object({ PIN: v.pipe(v.string(), v.minLength(4)) });
  app.get("/", { config: settings(schema, { env: { PIN: "4" } }) }, () => "never");
  await expect(app.start()).rejects.toThrow("the environment does not fit the settings: PIN: its value does not fit");
});

test("a fault of the whole is told without any value", async () => {
  const app = new App();
  const schema = z
    .object({ A_KEY: z.string(), B_KEY: z.string() })
    .refine(({ A_KEY, B_KEY }) => A_KEY === B_KEY, { error: ({ input }) => `not equal: ${JSON.stringify(input)}` });
  app.get("/", { config: settings(schema, { env: { A_KEY: 'quo"ted', B_KEY: "second" } }) }, () => "never");
  await expect(app.start()).rejects.toThrow('(all): not equal: {"A_KEY":"…","B_KEY":"…"}');
});

test("a schema that is none, and a wrong option, are refused at once", () => {
  expect(() => settings({} as never)).toThrow("settings: expected a Standard Schema, got an object");
  expect(() => settings(Settings, { env: 5 as never })).toThrow("settings: env: expected an object, got 5");
  expect(() => settings(Settings, { environment: {} } as never)).toThrow('settings has no option "environment"');
});

test("settings are overridden in tests like any dependency", async () => {
  const config = settings(Settings, { env: {} });
  const app = new App();
  app.get("/", { config }, ({ config }) => config.PORT);
  app.override(config, () => ({ PORT: 1, DATABASE_URL: "memory" }));
  await app.start();
  expect((await ask(app)).body).toBe(1);
});
