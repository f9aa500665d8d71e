import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Scenario } from "../tour.ts";

export const longReport: Scenario = {
  title: "A long report in steps, whose progress is followed as server-sent events",
  async run(tour) {
    const ordered = await tour.send("POST", "/years/2026/report");
    const { bytes } = await tour.send("GET", `${ordered.headers.get("location")}/events`);
    const events = new TextDecoder().decode(bytes);
    const progress = [...events.matchAll(/"done":(\d+)/g)].map(([, done]) => Number(done));
    const followed = progress.join() === "1,2,3,4,5,6,7,8,9,10,11,12" && events.includes('"status":"succeeded"');
    tour.verify(`${progress.length} months were told as they were done, then its end`, followed, events);
    const report = await readFile(join(tour.surroundings.home.folder, "years", "2026.json"), "utf8");
    tour.verify("the report is written", report.includes('"total":2431278'), report);
  },
};
