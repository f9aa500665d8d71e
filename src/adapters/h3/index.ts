export type { H3Server } from "./attach-server.ts";
export { afterwork, type H3Adapter, type H3Native } from "./h3.ts";
