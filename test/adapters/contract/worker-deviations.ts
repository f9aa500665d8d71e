import type { Deviation } from "./host.ts";

const breaksSilently = "workerd ends a body that breaks as if it were complete, whoever made it";
const waitsForRequest =
  "workerd cancels a handler that waits for nothing but another request; one that waits for a timer or for I/O ends, and " +
  "its tasks run";
const compressesItself = "compression is left to Cloudflare";
const cannotBeTold = "a worker that is busy can't be told that its response has come";
const neverEnds = "a worker is never told that it ends";

/** What is otherwise on Cloudflare Workers, whatever the framework. */
export const workerDeviations: readonly Deviation[] = [
  {
    case: "a task added when the response is over runs at once",
    reason: "a worker drops what is left of a request that has been answered",
  },
  { case: "a stream broken by its own error breaks the response off", reason: breaksSilently },
  {
    case: "an injected stream broken by its own error fails the request and rolls its request scope back",
    reason: breaksSilently,
  },
  {
    case: "when the store is down, the body of a stream that added a durable task is cut off",
    reason: breaksSilently,
  },
  {
    case: "when the client leaves before the response, tasks run exactly once, as after a success",
    reason: waitsForRequest,
  },
  {
    case: "when the client leaves before the response, tasks wait for the end of the handler",
    reason: waitsForRequest,
  },
  {
    case: "a task that blocks the process does not hold up the last byte of a small response",
    reason: cannotBeTold,
    run: false,
  },
  {
    case: "a task that blocks the process does not hold up the last byte of a large response",
    reason: cannotBeTold,
    run: false,
  },
  { case: "a compressed response is sent before its tasks run", reason: compressesItself, run: false },
  { case: "a compressed stream is sent before its tasks run", reason: compressesItself, run: false },
  {
    case: "durable tasks are stored before the head of a compressed response leaves",
    reason: compressesItself,
    run: false,
  },
  {
    case: "when the store is down, 503 is sent instead of a compressed response",
    reason: compressesItself,
    run: false,
  },
  {
    case: "durable tasks are run by a worker in the process, once",
    reason: "nothing of a worker runs between requests; durable tasks are stored there and run elsewhere",
  },
  {
    case: "app scope opens before the first request",
    reason: "nothing starts a worker before its first request; app scope opens when it is first needed",
  },
  {
    case: "the framework's own close waits for running tasks, then closes app scope",
    reason: neverEnds,
    run: false,
  },
  {
    case: "the framework's own close waits for a request that is being handled, and for its tasks",
    reason: neverEnds,
    run: false,
  },
  {
    case: "a connection that is kept open does not hold up the framework's own close",
    reason: neverEnds,
    run: false,
  },
];
