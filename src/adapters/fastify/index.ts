export { afterwork, type FastifyAdapter, type FastifyNative, type InjectedHandler } from "./fastify.ts";
export type { WorkPlugin } from "./plugin.ts";
