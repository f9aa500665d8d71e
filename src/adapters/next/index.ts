export type { ActionContext, DefineAction } from "./action.ts";
export { afterwork, type NextAdapter, type NextNative, type RouteContext, type RouteHandler } from "./next.ts";
export type { WorkingHandler } from "./next.ts";
