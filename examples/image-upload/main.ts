import { App, Engine, serve } from "afterwork";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";
import { router } from "./router.ts";
import * as tasks from "./tasks.ts";

const store = jobStore({ schema: "example_images", file: dataFile("images.db") });
const engine = new Engine({ store, tasks });
const app = new App({ engine, title: "Upload, compress, archive" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/images -F image=@cat.jpg -F quality=60
then: ls -R data/images`);
