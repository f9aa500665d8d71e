import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "afterwork-types-"));

beforeAll(async () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const flags = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--declarationMap", "false", "--outDir", folder];
  await promisify(execFile)(process.execPath, [tsc, ...flags], { cwd: root });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Everything outside the package that the declarations of a file import, by way of other files too. */
function importedBy(file: string, seen: Set<string>): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const specifiers = [...readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)];
  return specifiers.flatMap(([, specifier = ""]) => {
    if (!specifier.startsWith(".")) return [specifier];
    return importedBy(resolve(dirname(file), specifier.replace(/\.[jt]s$/, ".d.ts")), seen);
  });
}

/** Types that belong to no framework. */
const common = /^(?:node:|@standard-schema\/spec$)/;

test.each([
  ["hono", ["hono"]],
  ["fastify", ["fastify"]],
  ["express", ["express"]],
  ["koa", ["koa"]],
  ["h3", ["h3"]],
  ["nest", ["@nestjs/common", "@nestjs/core"]],
  ["next", ["next/server.js"]],
  ["node", []],
])("the types of afterwork/%s know of no framework but its own", (adapter, own) => {
  const imported = new Set(importedBy(join(folder, `adapters/${adapter}/index.d.ts`), new Set()));
  expect([...imported].filter((specifier) => !common.test(specifier)).toSorted()).toEqual(own);
});
