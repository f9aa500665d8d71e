import type { Server, Target } from "../../http/targets.ts";
import type { StoreChoice } from "../stores.ts";

/** What a server is told. */
export interface ServerSettings {
  readonly store: StoreChoice;
  /** Does a worker run in it? */
  readonly work: boolean;
}

const file = new URL("server.ts", import.meta.url);

export const working: Server = { name: "working", title: "with a worker", file, language: "node" };
export const storing: Server = { name: "storing", title: "without a worker", file, language: "node" };

const durable = { path: "/items-durable/", title: "durable task" };

/** What is asked, and of whom. Names are those of the series. */
export const targets: readonly Target[] = [
  { name: "http-in-process", title: "in-process task", server: working.name, path: "/items/", tasksPerRequest: 1 },
  { name: "http-durable", ...durable, server: working.name, tasksPerRequest: 1 },
  { name: "http-stored", ...durable, server: storing.name, tasksPerRequest: 0 },
];
