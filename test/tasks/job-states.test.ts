import { expect, test } from "vitest";
import { isAllowed, isTerminal, stateDiagram, transitions, type JobState } from "../../src/tasks/job-states.ts";

const states: readonly JobState[] = ["queued", "waiting", "running", "succeeded", "failed", "cancelled", "expired"];

test("every state is reached from a new job", () => {
  const reached = new Set<string>(["new"]);
  for (const _round of states) for (const { from, to } of transitions) if (reached.has(from)) reached.add(to);
  expect(states.filter((state) => !reached.has(state))).toEqual([]);
});

test("every state that is not terminal leads to a terminal one", () => {
  const leading = new Set<string>(states.filter((state) => isTerminal(state)));
  for (const _round of states) for (const { from, to } of transitions) if (leading.has(to)) leading.add(from);
  expect(states.filter((state) => !leading.has(state))).toEqual([]);
});

test("a job that has succeeded stays so", () => {
  expect(states.filter((state) => isAllowed("succeeded", state))).toEqual([]);
});

test("nothing runs that was not queued", () => {
  expect(transitions.filter(({ to }) => to === "running").map(({ from }) => from)).toEqual(["queued"]);
});

test("a terminal state is left only by a retry", () => {
  const left = transitions.filter(({ from }) => isTerminal(from));
  expect(left.every(({ by }) => by.startsWith("retry"))).toBe(true);
  expect(["queued", "scheduled", "retrying", "waiting", "running"].some((status) => isTerminal(status))).toBe(false);
});

test("the diagram has an arrow for every transition, and each is there once", () => {
  const lines = stateDiagram().split("\n");
  expect(lines[0]).toBe("stateDiagram-v2");
  expect(lines).toHaveLength(transitions.length + 1);
  expect(lines).toContain("  [*] --> queued: enqueue");
  expect(lines).toContain("  running --> queued: retry, crash, snooze, sleep or release");
  expect(new Set(transitions.map(({ from, to }) => `${from} ${to}`)).size).toBe(transitions.length);
});
