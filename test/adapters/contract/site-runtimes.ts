import { fileURLToPath } from "node:url";

import * as programs from "../runtimes/programs.ts";
import type { Runtime } from "./host.ts";

const siteProcess = fileURLToPath(new URL("site-process.ts", import.meta.url));

function siteRuntime({ name, command, missing }: programs.Program): Runtime {
  return {
    name,
    missing,
    command(adapter) {
      return [...command(siteProcess), adapter];
    },
  };
}

export const node22: Runtime = siteRuntime(programs.node22);
/** The one that comes with the development dependencies. */
export const node: Runtime = siteRuntime(programs.node24);
export const node26: Runtime = siteRuntime(programs.node26);
export const bun: Runtime = siteRuntime(programs.bun);
export const deno: Runtime = siteRuntime(programs.deno);

/** A worker is a module of its own, which nobody starts or ends. */
export const workers: Runtime = {
  ...programs.workers,
  command: (adapter) => programs.workers.command(fileURLToPath(new URL(`workers/${adapter}.ts`, import.meta.url))),
};
