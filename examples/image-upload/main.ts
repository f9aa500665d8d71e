import { App, Engine, serve } from "afterwork";
import { sqlite } from "afterwork/sqlite";

import { dataFile } from "../surroundings/data-file.ts";
import { router } from "./router.ts";
import * as tasks from "./tasks.ts";

const engine = new Engine({ store: sqlite(dataFile("images.db")), tasks });
const app = new App({ engine, title: "Upload, compress, archive" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/images -F image=@cat.jpg -F quality=60
then: ls -R data/images`);
