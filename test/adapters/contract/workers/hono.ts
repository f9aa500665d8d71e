import { makeHonoSite } from "../hono-site.ts";

const { app } = makeHonoSite();

// The way in which Workers take a fetch handler.
// oxlint-disable-next-line import/no-default-export
export default { fetch: app.fetch };
