import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import type { Scenario } from "../tour.ts";

export const failingTask: Scenario = {
  title: "A failing task touches neither the response nor its siblings",
  async run(tour) {
    const made = await tour.send("POST", "/reservations", {
      json: { seats: 4 },
      tasks: ["tellPartner", "countMade", "countAsked"],
    });
    const outcomes = made.tasks.map(({ ok }) => ok);
    tour.verify("201, although the first task failed", made.status === 201 && outcomes.join() === "false,true,true");
    const incidents = await readFile(join(tour.surroundings.home.folder, "incidents.jsonl"), "utf8");
    const incident = JSON.parse(incidents.trim().split("\n").at(-1) ?? "{}") as { name?: string; message?: string };
    tour.verify(`taskFailed told: “${incident.message}”`, incident.name === "tellPartner", incidents);

    await tour.send("POST", "/reservations", { json: { seats: 20 }, tasks: ["countAsked", "countRefused"] });
    const { json } = await tour.send("GET", "/reservations/counts");
    const expected = { asked: 2, made: 1, refused: 1, taken: 4 };
    tour.verify("a refused request ran its tasks for failure only", isDeepStrictEqual(json, expected), json);
  },
};
