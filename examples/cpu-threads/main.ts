import { App, serve } from "afterwork";

import { router } from "./router.ts";

const app = new App({ title: "CPU work in threads" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/primes --json '{"limit":20000000}'
then: curl ${url}/ping, and curl ${url}/primes/<job>`);
