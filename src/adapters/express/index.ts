export { afterwork, type ExpressAdapter, type ExpressNative } from "./express.ts";
