import { findPostgresBinaries } from "../support/postgres-binaries.ts";
import { describeWith } from "../support/service.ts";
import { shortTrial } from "./short-trial.ts";

const binaries = { name: "a PostgreSQL installation", isThere: findPostgresBinaries() !== undefined };

describeWith(binaries, "the chaos trial on PostgreSQL", () => {
  // Long enough for some restarts.
  const size = { store: "postgres", workers: 3, producers: 2, seconds: 25 };
  shortTrial("processes are killed, the server is restarted, and the network between them fails", size);
});
