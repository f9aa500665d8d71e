import { expect, test, vi } from "vitest";
import { consoleLog, withFields } from "../../src/base/log.ts";
import { MemoryLog } from "./memory-log.ts";

test("fields given to a log stand on every line, and a line's own come on top", () => {
  const memory = new MemoryLog();
  const log = withFields(memory, { task: "audit", id: 1 });
  for (const level of ["debug", "info", "warn", "error"] as const) log[level](`a ${level}`, { id: 2 });
  expect(memory.lines).toEqual(
    ["debug", "info", "warn", "error"].map((level) => ({
      level,
      message: `a ${level}`,
      fields: { task: "audit", id: 2 },
    })),
  );
});

test("the console gets warnings and errors as such, and nothing for debug", () => {
  const methods = ["info", "warn", "error", "debug"] as const;
  const spies = methods.map((method) => vi.spyOn(console, method).mockImplementation(() => {}));
  consoleLog.debug("d");
  consoleLog.info("i");
  consoleLog.warn("w", { ms: 1 });
  consoleLog.error("e", {});
  expect(spies.map((spy) => spy.mock.calls)).toEqual([[["i"]], [["w", { ms: 1 }]], [["e", {}]], []]);
  for (const spy of spies) spy.mockRestore();
});
