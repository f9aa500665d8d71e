import type { Server } from "../targets.ts";
import { servers } from "../targets.ts";

/** A framework by itself, with its own hook, and the same program with the adapter that gives requests their tasks. */
export interface Pair {
  readonly name: string;
  readonly title: string;
  readonly bare: Server;
  readonly adapter: Server;
  /** What the adapter may take of the framework's requests per CPU second; absent where it is only told. */
  readonly bound?: number;
}

const bound = 0.05;
const koa: Server = {
  name: "koa",
  title: "Koa, by hand",
  file: new URL("../servers/koa.ts", import.meta.url),
  language: "node",
};

export const pairs: readonly Pair[] = [
  { name: "fastify", title: "Fastify", ...serversOf("fastify", named("fastify")), bound },
  { name: "express", title: "Express", ...serversOf("express", named("express")), bound },
  { name: "hono", title: "Hono", ...serversOf("hono", named("hono")), bound },
  { name: "h3", title: "H3", ...serversOf("h3", named("h3")), bound },
  { name: "koa", title: "Koa", ...serversOf("koa", koa) },
  { name: "node", title: "node:http", ...serversOf("node", named("raw")) },
];

function named(name: string): Server {
  const server = servers.find((one) => one.name === name);
  if (server === undefined) throw new RangeError(`there is no server "${name}"`);
  return server;
}

function serversOf(adapter: string, bare: Server): Pick<Pair, "bare" | "adapter"> {
  const title = `afterwork/${adapter}`;
  return { bare, adapter: { ...bare, name: title, title, args: ["adapter"] } };
}
