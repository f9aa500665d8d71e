import { App, serve } from "afterwork";

import { router } from "./router.ts";

const app = new App({ title: "A use case free of HTTP" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/orders --json '{"sku":"lamp","amount":6}'
then: cat data/purchases.jsonl`);
