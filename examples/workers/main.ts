/** A worker whose visits have work after the response, for which Cloudflare waits a limited time. */
import { App, path } from "afterwork";

const app = new App();

app.get("/pages/:page", { page: path() }, ({ page, background }) => {
  background.addTask(async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(`counted a visit of ${page}`);
  });
  return { page };
});

// The way in which Workers take a fetch handler; it is given the execution context as well.
// oxlint-disable-next-line import/no-default-export
export default { fetch: app.fetch };
