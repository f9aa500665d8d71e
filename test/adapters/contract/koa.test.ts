import { testAdapter } from "./test-host.ts";

testAdapter("koa");
