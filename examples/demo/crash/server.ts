/** The demo as a process of its own, which says its URL to the one that has started it, and ends with it. */
import { serve } from "afterwork";

import { createDemoApp } from "../app.ts";

process.once("disconnect", () => process.exit(1));

// With so short a lease the jobs of a killed server are taken back after a second instead of half a minute.
const { DATA_DIR: folder = "data", DEMO_SCHEMA: schema = "afterwork_demo" } = process.env;
const app = createDemoApp({ folder, schema }, { lease: "1s" });
const { url } = await serve(app, { port: 0 });

process.send?.(url);
