import { App, serve } from "afterwork";

import { router } from "./router.ts";

const app = new App({ title: "Upload, compress, archive" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/images -F image=@cat.jpg -F quality=60
then: ls -R data/images`);
