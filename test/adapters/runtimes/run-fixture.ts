import { fileURLToPath } from "node:url";

import { startChild, type Child } from "../../behaviour/support/child.ts";
import type { Service } from "../../support/service.ts";
import { Client } from "../contract/client.ts";
import type { Program } from "./programs.ts";

/** A fixture that serves. */
export interface Served {
  readonly child: Child;
  readonly client: Client;
}

/** A program as something that a machine may not have. */
export function serviceOf({ name, missing }: Program): Service {
  return { name, isThere: missing() === undefined };
}

/** Runs a script of the fixtures until the test ends. */
export function runFixture(program: Program, name: string, ...args: readonly string[]): Child {
  const script = new URL(`fixtures/${name}.ts`, import.meta.url);
  return startChild(script, {}, { args, command: () => program.command(fileURLToPath(script)) });
}

/** The same for one that prints its port; resolves when it listens. */
export async function serveFixture(program: Program, name: string, ...args: readonly string[]): Promise<Served> {
  const child = runFixture(program, name, ...args);
  const { port } = JSON.parse(await child.line(/^{"port":/)) as { readonly port: number };
  return { child, client: new Client(port) };
}
