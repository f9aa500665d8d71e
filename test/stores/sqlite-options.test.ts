import { sqlite } from "afterwork/sqlite";
import { expect, test } from "vitest";

test("a path has to be a text", () => {
  expect(() => sqlite("")).toThrow('the path of sqlite(): expected a path, or ":memory:", got ""');
});

test("an unknown option names the nearest one, a wrong one what it takes", () => {
  expect(() => sqlite("a.db", { busyTimeOut: 1 } as object)).toThrow('did you mean "busyTimeout"?');
  expect(() => sqlite("a.db", { synchronous: "off" } as object)).toThrow('expected "full" or "normal", got "off"');
  expect(() => sqlite("a.db", { busyTimeout: 0 })).toThrow("more than 0");
});

test("what survives depends on how the disk is waited for", () => {
  expect(sqlite("a.db").capabilities).toMatchObject({ durability: "power", tx: true, wake: "everywhere" });
  expect(sqlite("a.db", { synchronous: "normal" }).capabilities.durability).toBe("process");
  expect(sqlite(":memory:").capabilities).toMatchObject({ durability: "none", tx: false, wake: "process" });
});
