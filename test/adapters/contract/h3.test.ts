import { testAdapter } from "./test-host.ts";

testAdapter("h3");
