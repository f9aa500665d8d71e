/** The adapters whose size is watched, and the most that each may come to, in kB: minified, and gzipped. */
export const limits = {
  hono: [92, 32],
  fastify: [93, 32],
  express: [91, 32],
  koa: [91, 32],
  h3: [95, 33],
  nestjs: [95, 33],
  next: [88, 31],
  node: [91, 32],
} as const;

export type AdapterName = keyof typeof limits;

export const adapters = Object.keys(limits) as readonly AdapterName[];
