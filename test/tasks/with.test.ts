import { App, depends, task } from "afterwork";
import { expect, test } from "vitest";
import { isTask } from "../../src/tasks/task.ts";
import { ask } from "../dependencies/ask.ts";

test("a call by .with is the same task with other options", () => {
  const session = depends(() => 1);
  const audit = task("audit", { deps: { session }, retries: 1, timeout: "1s" }, () => {});
  const patient = audit.with({ retries: 5 });
  expect(patient).toMatchObject({ name: "audit", options: { deps: { session }, retries: 5, timeout: "1s" } });
  expect([patient.run === audit.run, patient.definition === audit, isTask(patient)]).toEqual([true, true, true]);
});

test("the definition stays as it was", () => {
  const audit = task("audit", { retries: 1 }, () => {});
  audit.with({ retries: 5 });
  expect(audit.options).toEqual({ retries: 1 });
});

test("calls by .with add up, and the last says what holds", () => {
  const audit = task("audit", () => {});
  const call = audit.with({ retries: 2, timeout: "1s" }).with({ timeout: "2s" });
  expect(call.options).toEqual({ retries: 2, timeout: "2s" });
  expect(call.definition).toBe(audit);
});

test("an option that is undefined leaves the definition's in force", () => {
  const audit = task("audit", { retries: 2, timeout: "1s" }, () => {});
  expect(audit.with({ retries: undefined } as never).options.retries).toBe(2);
});

test("what only looks like a task is none", () => {
  const audit = task("audit", () => {});
  expect([{ ...audit }, { kind: "task", name: "audit", run: () => {} }, null, "audit"].map(isTask)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("the options of a call hold for that call only", async () => {
  const attempts: string[] = [];
  const audit = task("audit", { backoff: 1 }, ({ attempt }, name: string) => {
    attempts.push(`${name} ${attempt}`);
    throw new Error("no");
  });
  const app = new App();
  app.on("taskFailed", () => {});
  app.get("/", ({ background }) => {
    background.addTask(audit.with({ retries: 2 }), "patient");
    background.addTask(audit, "plain");
  });
  await ask(app);
  await app.close();
  expect(attempts).toEqual(["patient 1", "patient 2", "patient 3", "plain 1"]);
});
