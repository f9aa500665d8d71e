export { afterwork, type NodeAdapter, type WorkingListener, type WorkingRequest } from "./node.ts";
