import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import type { Scenario, Tour } from "../tour.ts";

export const auditOwnSession: Scenario = {
  title: "A task writes an audit row in SQLite with a session of its own",
  async run(tour) {
    const { json } = await tour.send("POST", "/own-session/items", { json: { name: "lamp" }, tasks: ["write-audit"] });
    const row = readAudit(tour, "own-session.db", json.id);
    const own = row?.["action"] === "created" && row["session"] !== json.session;
    tour.verify(`item from session ${json.session}, audit row from session ${String(row?.["session"])}`, own, row);
  },
};

export const auditSharedSession: Scenario = {
  title: "A task writes its audit row on the session of the request",
  async run(tour) {
    const { json } = await tour.send("POST", "/shared-session/items", {
      json: { name: "desk" },
      tasks: ["writeAudit"],
    });
    const row = readAudit(tour, "shared-session.db", json.id);
    const shared = row?.["action"] === "created" && row["session"] === json.session;
    tour.verify(`item and audit row both from session ${json.session}`, shared, row);
  },
};

/** From outside, so that only what was committed is seen. */
function readAudit(tour: Tour, file: string, id: number): Record<string, unknown> | undefined {
  using database = new DatabaseSync(join(tour.surroundings.home.folder, file), { readOnly: true });
  return database.prepare("SELECT name, action, session FROM audit JOIN items ON id = item_id WHERE id = ?").get(id);
}
