import { testAdapter } from "./test-host.ts";

testAdapter("nestjs");
testAdapter("nestjs-fastify");
