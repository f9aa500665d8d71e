import { task } from "afterwork";
import { expect, test } from "vitest";

import { openEngine } from "../behaviour/support/engines.ts";
import { forEachStore } from "../behaviour/support/shared-store.ts";

forEachStore("an attempt that ends to begin anew", (fresh) => {
  test.each(["sleep", "snooze"] as const)("by %s does nothing of what it has added", async (how) => {
    const done: string[] = [];
    const note = task("note", { durable: true }, (_context, what: string) => void done.push(`stored ${what}`));
    let snoozed = false;
    const pausing = task("pausing", { durable: true }, async ({ background, job, sleep }) => {
      background.addTask(() => void done.push("success"));
      background.always.addTask(() => void done.push("always"));
      background.always.addTask(note, "always");
      background.onFailure.addTask(() => void done.push("failure"));
      background.onFailure.addTask(note, "failure");
      if (how === "sleep") return sleep("a while", 20);
      if (snoozed) return;
      snoozed = true;
      job.snooze(20);
    });
    const engine = openEngine({ store: fresh().open(), tasks: [note, pausing] });
    await engine.work();
    await (await engine.enqueue(pausing)).result();
    await expect.poll(() => done.toSorted()).toEqual(["always", "stored always", "success"]);
  });
});
