/** How the column of an adapter is headed. */
export interface Column {
  /** The name of its site. */
  readonly adapter: string;
  readonly title: string;
  /** Its page, as `docs/adapters.md` links to it. */
  readonly page: string;
}

/** The columns of every table, from left to right. */
export const columns: readonly Column[] = [
  { adapter: "app", title: "App", page: "../README.md" },
  { adapter: "node", title: "node:http", page: "node.md" },
  { adapter: "express", title: "Express 5", page: "express.md" },
  { adapter: "express4", title: "Express 4", page: "express.md" },
  { adapter: "fastify", title: "Fastify", page: "fastify.md" },
  { adapter: "koa", title: "Koa", page: "koa.md" },
  { adapter: "hono", title: "Hono", page: "hono.md" },
  { adapter: "h3", title: "H3", page: "h3.md" },
  { adapter: "nestjs", title: "Nest", page: "nestjs.md" },
  { adapter: "nestjs-fastify", title: "Nest on Fastify", page: "nestjs.md" },
  { adapter: "next", title: "Next", page: "next.md" },
];
