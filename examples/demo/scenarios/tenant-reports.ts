import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { tokenOf } from "../../tenant-reports/tenant.ts";
import type { Scenario } from "../tour.ts";

export const tenantReports: Scenario = {
  title: "Header, configuration, report: every tenant in a folder of its own",
  async run(tour) {
    const { home, tenantSecret } = tour.surroundings;
    const as = (user: string): Record<string, string> => ({ "x-user": user, "x-token": tokenOf(user, tenantSecret) });
    const preferences = { title: "Verkauf", locale: "de-DE", currency: "EUR" };
    await tour.send("PUT", "/preferences", { json: preferences, headers: as("alice") });
    const report = { lines: [{ text: "lamp", cents: 199_950 }] };
    const { json } = await tour.send("POST", "/reports", {
      json: report,
      headers: as("alice"),
      tasks: ["write-report"],
    });
    const written = await readFile(join(home.folder, "tenants", "alice", "reports", `${json.id}.md`), "utf8");
    const localised = written.startsWith("# Verkauf\n") && written.includes("Total: 1.999,50\u00A0€");
    tour.verify("the report follows alice's configuration", localised, written);

    const other = await tour.send("GET", `/reports/${json.id}`, { headers: as("bob") });
    const forged = await tour.send("POST", "/reports", { json: report, headers: { ...as("bob"), "x-user": "alice" } });
    const escaping = await tour.send("POST", "/reports", { json: report, headers: as("../bob") });
    const answers = [other.status, forged.status, escaping.status];
    tour.verify(
      "bob sees nothing of it, and can be neither alice nor “../bob”",
      answers.join() === "404,401,422",
      answers,
    );
    const folders = await readdir(join(home.folder, "tenants"));
    tour.verify("no other folder came to be", folders.join() === "alice", folders);
  },
};
