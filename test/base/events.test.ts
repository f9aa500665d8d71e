import { expect, test } from "vitest";
import { Events } from "../../src/base/events.ts";
import { MemoryLog } from "./memory-log.ts";

interface Names {
  rang: number;
  fell: string;
}

function openEvents(): { events: Events<Names>; log: MemoryLog; heard: unknown[] } {
  const log = new MemoryLog();
  return { events: new Events<Names>(log), log, heard: [] };
}

test("an event reaches every listener of its name, in the order they came", () => {
  const { events, heard } = openEvents();
  events.on("rang", (times) => heard.push(["first", times]));
  events.on("rang", (times) => heard.push(["second", times]));
  events.on("fell", (what) => heard.push(what));
  expect(events.emit("rang", 3)).toBe(true);
  expect(heard).toEqual([
    ["first", 3],
    ["second", 3],
  ]);
});

test("an event that nobody hears says so", () => {
  const { events } = openEvents();
  expect(events.emit("rang", 1)).toBe(false);
  events.on("rang", () => {})();
  expect(events.emit("rang", 1)).toBe(false);
});

test("a listener added twice hears once", () => {
  const { events, heard } = openEvents();
  const listener = (times: number): void => void heard.push(times);
  events.on("rang", listener);
  events.on("rang", listener);
  events.emit("rang", 1);
  expect(heard).toEqual([1]);
});

test("a listener that throws is logged and keeps nobody from hearing", () => {
  const { events, log, heard } = openEvents();
  const error = new Error("deaf");
  events.on("rang", () => {
    throw error;
  });
  events.on("rang", (times) => heard.push(times));
  expect(events.emit("rang", 2)).toBe(true);
  expect(heard).toEqual([2]);
  expect(log.lines).toEqual([{ level: "error", message: 'a listener of "rang" failed', fields: { error } }]);
});

test("a listener that rejects is logged and brings nothing down", async () => {
  const { events, log } = openEvents();
  const error = new Error("deaf, later");
  events.on("rang", () => Promise.reject(error));
  events.emit("rang", 2);
  await expect.poll(() => log.lines).toHaveLength(1);
  expect(log.lines[0]).toEqual({ level: "error", message: 'a listener of "rang" failed', fields: { error } });
});

test("a listener may stop listening while it is told", () => {
  const { events, heard } = openEvents();
  const stop: () => void = events.on("rang", () => stop());
  events.on("rang", (times) => heard.push(times));
  events.emit("rang", 1);
  events.emit("rang", 2);
  expect(heard).toEqual([1, 2]);
});
