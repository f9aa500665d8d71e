export { afterwork, type HonoAdapter, type InjectedHandler, type WorkEnv, type WorkVariables } from "./hono.ts";
