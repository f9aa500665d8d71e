export { afterwork, type KoaAdapter, type KoaNative } from "./koa.ts";
