import type { Deviation, Host, Runtime } from "./host.ts";
import { bun, deno, node, node22, node26, workers } from "./site-runtimes.ts";
import { workerDeviations } from "./worker-deviations.ts";

const parsesNothing = {
  case: "a body that the framework has parsed is taken as it is",
  reason: "nothing parses bodies here but Afterwork itself",
  run: false,
} as const;

const toldByStatus = {
  case: "a status of 500 is no failure when it is returned",
  reason: "an error handler of the app's own may answer before ours is asked, so a status from 500 on is a failure",
} as const;

const endUnknown = {
  case: "when the client leaves before the response, tasks wait for the end of the handler",
  reason: "the framework does not tell when a handler has ended; those made by `inject` are waited for",
} as const;

const notCompressed = [
  "a compressed response is sent before its tasks run",
  "a compressed stream is sent before its tasks run",
  "durable tasks are stored before the head of a compressed response leaves",
].map((name) => ({ case: name, reason: "Next compresses no response of a route handler", run: false }) as const);

function on(runtimes: readonly Runtime[], adapter: string, deviations: readonly Deviation[]): readonly Host[] {
  return runtimes.map((runtime) => ({ adapter, runtime, deviations }));
}

/** Everything that the contract is run on. */
export const hosts: readonly Host[] = [
  ...on([node, node22, node26, bun, deno], "app", [parsesNothing]),
  { adapter: "app", runtime: workers, deviations: [parsesNothing, ...workerDeviations] },
  ...on([node, node22, node26], "node", [parsesNothing]),
  ...on([node, node22, node26], "express", [toldByStatus, endUnknown]),
  { adapter: "express4", runtime: node, deviations: [toldByStatus, endUnknown] },
  { adapter: "koa", runtime: node, deviations: [toldByStatus] },
  ...on([node, bun, deno], "hono", []),
  { adapter: "hono", runtime: workers, deviations: workerDeviations },
  ...on([node, bun, deno], "h3", [parsesNothing]),
  ...on([node, node22, node26], "fastify", []),
  { adapter: "nestjs", runtime: node, deviations: [] },
  { adapter: "nestjs-fastify", runtime: node, deviations: [] },
  { adapter: "next", runtime: node, deviations: [parsesNothing, ...notCompressed] },
];
