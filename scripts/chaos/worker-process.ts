import { flushCompileCache } from "node:module";

import { toldPlace } from "../../test/support/places.ts";
import { ledger } from "./recorded.ts";
import { makeEngine } from "./engine.ts";

/** A worker of the trial. SIGTERM stops it gracefully. It starts no other process, and ends by itself. */
const { LIFE = "0" } = process.env;

setTimeout(() => process.exit(3), Number(LIFE)).unref();
const engine = makeEngine(toldPlace());
engine.on("jobSucceeded", ({ id, attempt }) => ledger.note({ what: "won", id, attempt }));
engine.on("jobLost", ({ id, attempt }) => ledger.note({ what: "lost", id, attempt }));
engine.on("storeFailed", ({ doing, error }) => console.error(doing, error));
engine.on("jobFailed", () => {});
engine.on("jobRetrying", () => {});
engine.on("jobsReclaimed", () => {});

const worker = await engine.work({ concurrency: 10 });
process.once("SIGTERM", () => {
  void worker
    .stop({ grace: "300ms" })
    .then(() => engine.close())
    .then(() => process.exit(0));
});
// Whoever is killed writes no cache at its end.
flushCompileCache();
console.log("ready");
