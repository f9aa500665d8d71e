/** One program that listens. */
export interface Server {
  readonly name: string;
  readonly title: string;
  readonly file: URL;
  readonly language: "node" | "python";
  /** What its program is told on its command line. */
  readonly args?: readonly string[];
}

/** One route of a server: what is measured. */
export interface Target {
  readonly name: string;
  readonly title: string;
  readonly server: string;
  readonly path: string;
  readonly tasksPerRequest: 0 | 1;
}

export const servers: readonly Server[] = [
  { name: "raw", title: "node:http, by hand", file: new URL("./servers/raw.ts", import.meta.url), language: "node" },
  { name: "fastify", title: "Fastify", file: new URL("./servers/fastify.ts", import.meta.url), language: "node" },
  { name: "afterwork", title: "Afterwork", file: new URL("./servers/afterwork.ts", import.meta.url), language: "node" },
  { name: "hono", title: "Hono, by hand", file: new URL("./servers/hono.ts", import.meta.url), language: "node" },
  { name: "h3", title: "H3", file: new URL("./servers/h3.ts", import.meta.url), language: "node" },
  {
    name: "express",
    title: "Express, by hand",
    file: new URL("./servers/express.ts", import.meta.url),
    language: "node",
  },
  {
    name: "fastapi",
    title: "FastAPI",
    file: new URL("./servers/fastapi_app.py", import.meta.url),
    language: "python",
  },
];

/** The routes of a server: with a task, and without (its name ends in `-plain`). */
export function targetsOf({ name, title }: Server): readonly Target[] {
  const plain: Target = { name: plainOf(name), title, server: name, path: "/items-plain/", tasksPerRequest: 0 };
  const withTask: Target = { name, title, server: name, path: "/items/", tasksPerRequest: 1 };
  if (name !== "fastapi") return [withTask, plain];
  const syncTask = { ...withTask, name: "fastapi-sync", title: `${title}, sync task`, path: "/items-sync/" };
  return [{ ...withTask, title: `${title}, async task` }, syncTask, plain];
}

/** The name of the route without a task. */
export function plainOf(server: string): string {
  return `${server}-plain`;
}
