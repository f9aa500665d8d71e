import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Scenario } from "../tour.ts";

export const logFile: Scenario = {
  title: "A log file is written after the response",
  async run(tour) {
    const { status } = await tour.send("POST", "/notifications/ada@example.com", { tasks: ["writeLog"] });
    const log = await readFile(join(tour.surroundings.home.folder, "notifications.log"), "utf8");
    const written = status === 202 && log.endsWith(" notification for ada@example.com\n");
    tour.verify("notifications.log has the line", written, log);
  },
};
