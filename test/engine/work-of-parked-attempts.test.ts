import { task } from "afterwork";
import { describe, expect, test } from "vitest";

import { openEngine, stores } from "../behaviour/support/engines.ts";

describe.each(stores)("an attempt that ends to begin anew, on $name", ({ open }) => {
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
    const engine = openEngine({ store: open(), tasks: [note, pausing] });
    await engine.work();
    await (await engine.enqueue(pausing)).result();
    await expect.poll(() => done.toSorted()).toEqual(["always", "stored always", "success"]);
  });
});
