import { makeApp } from "../app-site.ts";

const app = makeApp([]);

// The way in which Workers take a fetch handler.
// oxlint-disable-next-line import/no-default-export
export default { fetch: app.fetch };
