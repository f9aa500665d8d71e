import type { Scenario } from "../tour.ts";

export const bulkActions: Scenario = {
  title: "A dependency collects bulk actions and adds one task for all of them",
  async run(tour) {
    await tour.send("POST", "/articles/review", { json: { publish: [1, 2], archive: [3] }, tasks: ["apply-changes"] });
    const refused = await tour.send("POST", "/articles/publish", { json: { ids: [4, 99] } });
    const { json } = await tour.send("GET", "/articles");
    const statuses = json.map((article: { status: string }) => article.status).join(" ");
    tour.verify("one task changed three articles", statuses.startsWith("published published archived"), json);
    const untouched = refused.status === 404 && statuses.endsWith("draft draft");
    tour.verify("the request with an unknown article changed none", untouched, json);
  },
};
