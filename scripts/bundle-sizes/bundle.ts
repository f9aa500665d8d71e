import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build, type Rolldown } from "vite";

import packageJson from "../../package.json" with { type: "json" };

/** What importing one entry of the package pulls in. */
export interface Bundle {
  /** The entry, as users import it: `afterwork/hono`. */
  readonly name: string;
  /** In bytes. */
  readonly minified: number;
  readonly gzipped: number;
  /** The files in it and their bytes before they are minified, the largest first. Paths begin at the root. */
  readonly modules: readonly Module[];
  /** The packages that it leaves to be imported, those of Node apart. */
  readonly imported: readonly string[];
  /** The files that are loaded when they are asked for, apart from `modules`. */
  readonly later: readonly string[];
}

/** A file in a bundle. */
export interface Module {
  readonly path: string;
  readonly bytes: number;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What users have installed by themselves; whether it is imported is told, how large it is concerns them. */
const installed = Object.keys(packageJson.peerDependencies).concat([
  "hono",
  "@hono/node-server",
  "koa",
  "srvx",
  "ws",
  "piscina",
  "reflect-metadata",
]);

/** Bundles and minifies the source of one entry, such as `hono`. */
export async function bundleOf(entry: string): Promise<Bundle> {
  const chunks = await chunksOf(sourceOf(entry));
  const first = chunks.find(({ isEntry }) => isEntry);
  if (first === undefined) throw new Error(`expected a chunk for afterwork/${entry}`);
  const own = withImported(first, chunks);
  const code = own.map((chunk) => Buffer.from(chunk.code));
  return {
    name: `afterwork/${entry}`,
    minified: sum(code.map(({ length }) => length)),
    gzipped: sum(code.map((bytes) => gzipSync(bytes).length)),
    modules: own.flatMap(modulesOf).toSorted((a, b) => b.bytes - a.bytes),
    imported: [...new Set(own.flatMap(({ imports }) => imports))].filter((name) => isPackage(name, chunks)).toSorted(),
    later: chunks.filter((chunk) => !own.includes(chunk)).flatMap((chunk) => modulesOf(chunk).map(({ path }) => path)),
  };
}

function sourceOf(entry: string): string {
  const exported = (packageJson.exports as Readonly<Record<string, unknown>>)[`./${entry}`];
  if (exported === undefined) throw new Error(`expected package.json to export ./${entry}`);
  return root + (exported as { readonly "afterwork-source": string })["afterwork-source"];
}

async function chunksOf(input: string): Promise<readonly Rolldown.OutputChunk[]> {
  const built = await build({
    configFile: false,
    root,
    logLevel: "silent",
    resolve: { conditions: ["afterwork-source", "node"] },
    ssr: { noExternal: true, external: installed },
    build: { ssr: input, write: false, minify: true, target: "esnext" },
  });
  if (!("output" in built)) throw new Error("expected one build");
  return built.output.filter((output) => output.type === "chunk");
}

/** A chunk, and those that it can't do without. */
function withImported(first: Rolldown.OutputChunk, all: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const found = new Set([first]);
  for (const chunk of found) {
    for (const name of chunk.imports) {
      const imported = all.find(({ fileName }) => fileName === name);
      if (imported !== undefined) found.add(imported);
    }
  }
  return [...found];
}

function modulesOf(chunk: Rolldown.OutputChunk): Module[] {
  return Object.entries(chunk.modules)
    .filter(([, { renderedLength }]) => renderedLength > 0)
    .map(([id, { renderedLength }]) => ({ path: id.replace(root, ""), bytes: renderedLength }));
}

function isPackage(name: string, chunks: readonly Rolldown.OutputChunk[]): boolean {
  return !name.startsWith("node:") && !chunks.some(({ fileName }) => fileName === name);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
