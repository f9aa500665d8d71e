import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";

const script = fileURLToPath(new URL("../../scripts/check-layers.ts", import.meta.url));

interface Verdict {
  readonly passed: boolean;
  /** One line per violation, without the temporary folder. */
  readonly violations: readonly string[];
}

/** Runs the check on a source tree made of these files. */
async function check(tree: Readonly<Record<string, string>>): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), "layers-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [file, source] of Object.entries(tree)) {
    await mkdir(dirname(join(folder, "src", file)), { recursive: true });
    await writeFile(join(folder, "src", file), source);
  }
  const run = spawnSync(process.execPath, [script], { cwd: folder, encoding: "utf8" });
  return { passed: run.status === 0, violations: run.stderr.split("\n").filter((line) => line.startsWith("src/")) };
}

const violation = (place: string, rule: string) => ({
  passed: false,
  violations: [expect.stringMatching(new RegExp(`^${place}  ${rule}`))],
});

test("a tree whose imports go down passes", async () => {
  const verdict = await check({
    "base/errors.ts": `export class AfterworkError extends Error {}`,
    "base/clock.ts": `import { AfterworkError } from "./errors.ts";\nexport const now = () => AfterworkError;`,
    "tasks/task.ts": `import type { now } from "../base/clock.ts";\nexport type Task = typeof now;`,
    "stores/contract.ts": `export type Store = import("../tasks/task.ts").Task;`,
    "stores/postgres/client/pool.ts": `import { Pool } from "pg";\nexport const pool = new Pool();`,
    "app/app.ts": `import { Hono } from "hono";\nexport * from "../stores/contract.ts";\nexport const hono = Hono;`,
    "testing/index.ts": `export { hono } from "../app/app.ts";`,
    "servers/node/serve.ts": `import { hono } from "../../app/app.ts";\nimport "../shared.ts";\nexport { hono };`,
    "servers/shared.ts": `export {};`,
    "index.ts": `export * from "./app/app.ts";\nexport { hono as other } from "./testing/index.ts";`,
  });

  expect(verdict).toEqual({ passed: true, violations: [] });
});

describe("upward imports", () => {
  test("a value import is refused, with its line", async () => {
    const verdict = await check({
      "base/clock.ts": `export const a = 1;\n\nimport {\n  b,\n} from "../tasks/task.ts";\nexport { b };`,
      "tasks/task.ts": `export const b = 1;`,
    });

    expect(verdict).toEqual(violation("src/base/clock.ts:5", "upward import: base is below tasks"));
  });

  test.each([
    ["a type import", `import type { B } from "../engine/b.ts";`],
    ["an inline type import", `import { type B } from "../engine/b.ts";`],
    ["a namespace import", `import * as b from "../engine/b.ts";`],
    ["a side-effect import", `import "../engine/b.ts";`],
    ["a re-export", `export { b } from "../engine/b.ts";`],
    ["a star re-export", `export * as b from "../engine/b.ts";`],
    ["a type re-export", `export type { B } from "../engine/b.ts";`],
    ["a dynamic import", `const b = await import("../engine/b.ts");`],
    ["a dynamic import of a plain template", "const b = await import(`../engine/b.ts`);"],
    ["an import type", `export type B = import("../engine/b.ts").B;`],
    ["a default import in one line with other code", `const x = 1; import b, { c } from '../engine/b.ts'; x;`],
  ])("%s is refused", async (_kind, source) => {
    const verdict = await check({ "background/a.ts": source, "engine/b.ts": `export {};` });

    expect(verdict).toEqual(violation("src/background/a.ts:1", "upward import: background is below engine"));
  });

  test("nothing imports the roof, by its path or by the package's name", async () => {
    const verdict = await check({
      "index.ts": `export {};`,
      "app/a.ts": `import "../index.ts";`,
      "app/b.ts": `import "afterwork/testing";`,
    });

    expect(verdict.violations).toEqual([
      expect.stringMatching(/^src\/app\/a\.ts:1 {2}upward import/),
      expect.stringMatching(/^src\/app\/b\.ts:1 {2}upward import/),
    ]);
  });
});

describe("sideways imports", () => {
  test.each([
    ["one face and another", "testing/a.ts", "servers/b.ts", "../servers/b.ts"],
    ["two adapters", "adapters/express/a.ts", "adapters/fastify/b.ts", "../fastify/b.ts"],
    ["engine and celery", "engine/a.ts", "celery/b.ts", "../celery/b.ts"],
    ["celery and engine", "celery/a.ts", "engine/b.ts", "../engine/b.ts"],
  ])("%s never know each other", async (_who, from, to, specifier) => {
    const verdict = await check({ [from]: `import type {} from "${specifier}";`, [to]: `export {};` });

    expect(verdict).toEqual(violation(`src/${from}:1`, "sideways import"));
  });
});

describe("cycles", () => {
  test("files that import each other in a ring are named in order", async () => {
    const verdict = await check({
      "base/a.ts": `\nimport { b } from "./b.ts";\nexport const a = b;`,
      "base/b.ts": `import { c } from "./c.ts";\nexport const b = c;`,
      "base/c.ts": `import { a } from "./a.ts";\nexport const c = () => a;`,
      "base/d.ts": `import { a } from "./a.ts";\nexport const d = a;`,
    });

    expect(verdict).toEqual(
      violation("src/base/a.ts:2", "import cycle: base/a.ts -> base/b.ts -> base/c.ts -> base/a"),
    );
  });

  test("a ring of types only is a cycle too", async () => {
    const verdict = await check({
      "base/a.ts": `import type { B } from "./b.ts";\nexport interface A { b: B }`,
      "base/b.ts": `export interface B { a: import("./a.ts").A }`,
    });

    expect(verdict).toEqual(violation("src/base/a.ts:1", "import cycle: base/a.ts -> base/b.ts -> base/a.ts"));
  });
});

describe("foreign clients", () => {
  test.each([
    ["engine/a.ts", `import { Pool } from "pg";`],
    ["stores/redis/a.ts", `import type { Pool } from "pg";`],
    ["stores/a.ts", `import { DatabaseSync } from "node:sqlite";`],
    ["background/a.ts", `import { Hono } from "hono";`],
    ["adapters/express/a.ts", `import fastify from "fastify";`],
    ["app/a.ts", `export type Client = import("@redis/client").RedisClientType;`],
  ])("in %s: %s", async (file, source) => {
    expect(await check({ [file]: source })).toEqual(violation(`src/${file}:1`, "foreign client"));
  });
});

describe("places", () => {
  test("a folder that is no floor is refused", async () => {
    expect(await check({ "utils/a.ts": `export {};` })).toEqual(violation("src/utils/a.ts:1", "stands on no floor"));
  });

  test("an import out of the source folder is refused", async () => {
    const verdict = await check({ "base/a.ts": `import pkg from "../../package.json" with { type: "json" };` });

    expect(verdict).toEqual(violation("src/base/a.ts:1", "outside import"));
  });

  test("an empty source folder doesn't pass for a clean one", async () => {
    expect(await check({ "base/readme.md": "" })).toEqual({ passed: false, violations: [] });
  });
});

test("imports in comments, strings, templates and regular expressions are none", async () => {
  const verdict = await check({
    "base/a.ts": [
      `// import "../app/b.ts";`,
      `/* import { b } from "../app/b.ts";`,
      `   export * from "../app/b.ts"; */`,
      `const text = 'import "../app/b.ts"' + "it's";`,
      "const template = `import \"../app/b.ts\" ${text + `${{ a: '}' }.a}`} import('../app/b.ts')`;",
      `const pattern = /["'\`/*]+[/"]/.test(text); // " import "../app/b.ts"`,
      `const half = text.length / 2; const quote = "/"; object.import("../app/b.ts");`,
      `export { text, template, pattern, half, quote };`,
      `import "../tasks/c.ts";`,
    ].join("\n"),
    "app/b.ts": `export {};`,
    "tasks/c.ts": `export {};`,
  });

  expect(verdict).toEqual(violation("src/base/a.ts:9", "upward import: base is below tasks"));
});
