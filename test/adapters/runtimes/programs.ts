import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A program that runs scripts. */
export interface Program {
  /** How tables call it: `Node 24`. */
  readonly name: string;
  /** The command that runs a script of this repository. */
  command(script: string): readonly [program: string, ...args: string[]];
  /** Why it can't be had on this machine; `undefined` where it can. */
  missing(): string | undefined;
}

const sources = "--conditions=afterwork-source";

function program(name: string, path: string, ...args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  return {
    name,
    command: (script) => [file, ...args, sources, script],
    missing: () => (existsSync(file) ? undefined : `there is no ${path}: node scripts/install-runtimes.ts installs it`),
  };
}

const installed = "test/runtimes/node_modules";

/** The one that comes with the development dependencies. */
export const node24: Program = program("Node 24", "node_modules/.bin/node");
export const node22: Program = program("Node 22", `${installed}/node22/bin/node`);
export const node26: Program = program("Node 26", `${installed}/node26/bin/node`);
export const bun: Program = program("Bun", `${installed}/@oven/bun-linux-x64/bin/bun`);
export const deno: Program = program("Deno", `${installed}/@deno/linux-x64-glibc/deno`, "run", "--allow-all");

const workerProcess = fileURLToPath(new URL("worker-process.ts", import.meta.url));

/** Cloudflare's workerd; scripts are modules with a fetch handler as their default export. */
export const workers: Program = {
  name: "Cloudflare Workers",
  command(script) {
    const [node, ...args] = node24.command(workerProcess);
    return [node, ...args, script];
  },
  missing: () => program("workerd", `${installed}/miniflare/package.json`).missing(),
};
