import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const compiler = join(root, "node_modules/.bin/tsc");
const next = join(root, "node_modules/next/dist/bin/next");

/** The applications there are, and what they import from beside them. */
const applications = {
  "test/adapters/next/app": "test/adapters/contract",
  "examples/next": "examples/surroundings",
} as const;
type Application = keyof typeof applications;
const pollMs = 100;
/** Another run may still be using what was built of older sources. */
const keptMs = 3_600_000;

/** `next start`, serving an application. */
export interface NextServer {
  readonly port: number;
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far. */
  output(): string;
}

/**
 * Builds an application as its users would, with the package as it is published, in a folder that is kept for
 * as long as no source changes. Returns that of the application.
 */
export async function buildNextApp(application: Application): Promise<string> {
  const folder = join(root, "data", `${prefixOf(application)}${digestOfSources(application)}`);
  const app = join(folder, application);
  const marker = join(folder, "built");
  while (!(await isFirst(folder, prefixOf(application)))) {
    if (existsSync(marker)) return app;
    if (await isGivenUp(folder)) await rm(folder, { recursive: true, force: true });
    else await sleep(pollMs);
  }
  try {
    await build(folder, application);
    await writeFile(marker, "");
    return app;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`the application of Next can't be built:\n${stdout}${stderr}`, { cause: error });
  }
}

function prefixOf(application: Application): string {
  return `next-${application.replaceAll("/", "-")}-`;
}

function digestOfSources(application: Application): string {
  const hash = createHash("sha256");
  const sources = [
    "src/**/*.ts",
    `${application}/**/*.{ts,tsx,json}`,
    `${applications[application]}/*.ts`,
    "package.json",
  ];
  for (const file of globSync(sources, { cwd: root }).toSorted())
    hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex").slice(0, 12);
}

/** Was the process ended that had begun to build? */
async function isGivenUp(folder: string): Promise<boolean> {
  const builder = await readFile(join(folder, "builder"), "utf8").catch(() => "");
  if (builder === "") return false;
  try {
    return !process.kill(Number(builder), 0);
  } catch {
    return true;
  }
}

/** Only one process builds; what was built of older sources is removed some time. */
async function isFirst(folder: string, prefix: string): Promise<boolean> {
  await mkdir(join(root, "data"), { recursive: true });
  try {
    await mkdir(folder);
  } catch {
    return false;
  }
  await writeFile(join(folder, "builder"), String(process.pid));
  for (const name of await readdir(join(root, "data"))) {
    const other = join(root, "data", name);
    if (name.startsWith(prefix) && statSync(other).mtimeMs < Date.now() - keptMs) {
      await rm(other, { recursive: true, force: true });
    }
  }
  return true;
}

async function build(folder: string, application: Application): Promise<void> {
  const run = promisify(execFile);
  const published = join(folder, "node_modules/afterwork");
  await run(
    process.execPath,
    [compiler, "-p", "tsconfig.build.json", "--noCheck", "--outDir", join(published, "dist")],
    {
      cwd: root,
    },
  );
  await cp(join(root, "package.json"), join(published, "package.json"));
  await writeFile(join(folder, "package.json"), '{"private":true,"type":"module"}');
  for (const path of ["tsconfig.json", application, applications[application]]) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  await run(process.execPath, [next, "build"], { cwd: join(folder, application), env: environment() });
}

function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, VITEST: _vitest, ...own } = process.env;
  return { ...own, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", REPOSITORY: root, ...more };
}

/** Starts it on a free port. @throws with what it wrote when it ends before. */
export async function startNext(app: string, more: Readonly<Record<string, string>> = {}): Promise<NextServer> {
  const child = spawn(process.execPath, [next, "start", "-p", "0", "-H", "127.0.0.1"], {
    cwd: app,
    env: environment(more),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  child.stderr.on("data", (text: Buffer) => (written += text.toString()));
  child.stdout.on("data", (text: Buffer) => (written += text.toString()));
  let port: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    port ??= toPort(line);
    if (line.includes("Ready in") && port !== undefined) {
      child.stdout.resume();
      return { port, process: child, output: () => written };
    }
  }
  throw new Error(`next start has ended:\n${written}`);
}

function toPort(line: string): number | undefined {
  const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
  return port === undefined ? undefined : Number(port);
}
