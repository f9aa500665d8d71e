import type { Scenario } from "../tour.ts";

export const documentation: Scenario = {
  title: "All of it is documented",
  async run(tour) {
    const page = await tour.send("GET", "/docs");
    const { json } = await tour.send("GET", "/openapi.json");
    const paths = Object.keys(json?.paths ?? {});
    const complete = page.status === 200 && paths.includes("/images/{id}") && paths.length >= 15;
    tour.verify(`/docs shows ${paths.length} paths`, complete, paths);
  },
};
