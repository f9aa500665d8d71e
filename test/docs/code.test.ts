import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { pages, root, typescriptOf, type Block } from "./support/documents.ts";
import { makeProject, removeProject } from "./support/project.ts";

const run = promisify(execFile);
const tsc = join(root, "node_modules/typescript/bin/tsc");

const blocks = pages().flatMap(typescriptOf);
const alone = blocks.filter(({ info }) => info === "");
const quoted = blocks.filter(({ info }) => info.startsWith("examples/"));

/** A block that begins with a comment such as `// prime-work.ts` is that file, for the other blocks of its page. */
function fileOf({ place, code }: Block): string {
  const [page = "", line = ""] = place.split(":");
  const name = /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1] ?? `line-${line}.ts`;
  return `${page.replace(/\W/g, "-")}/${name}`;
}

test("every block of TypeScript stands alone or quotes an example", () => {
  expect(alone.length).toBeGreaterThan(20);
  expect(blocks.filter((block) => !alone.includes(block) && !quoted.includes(block))).toEqual([]);
});

async function compile(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = makeProject(files);
  onTestFinished(() => removeProject(folder));
  const compiled = await run(process.execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => error);
  return compiled.stdout;
}

test("every block that stands alone compiles", async () => {
  const files = Object.fromEntries(alone.map((block) => [fileOf(block), block.code]));
  expect(Object.keys(files)).toHaveLength(alone.length);
  expect(await compile(files)).toBe("");
}, 60_000);

test("a block with a fault would not", async () => {
  const fault = 'import { App } from "afterwork";\nnew App().get("/", ({ nothing }) => nothing);\n';
  expect(await compile({ "fault.ts": fault })).toContain("Property 'nothing' does not exist");
}, 60_000);

test.each(quoted)("$place quotes $info", ({ info, code }) => {
  const example = readFileSync(join(root, info), "utf8");
  for (const part of code.split(/^\/\/ …\n/m)) expect(example).toContain(part.trim());
});

test("every example is quoted beside its Python", () => {
  const besidePython = quoted.filter(({ place }) => place.startsWith("docs/coming-from-"));
  const examples = new Set(besidePython.map(({ info }) => info.split("/")[1]));
  expect(examples.size).toBe(12);
});
