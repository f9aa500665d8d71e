import { expect, test } from "vitest";
import { newId } from "../../src/base/ids.ts";

test("ids are version 7 UUIDs that sort by the time they were made", () => {
  const ids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map((ms) => newId(ms));
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(ids.toSorted()).toEqual(ids);
});

test("ids made in one millisecond differ", () => {
  const ids = Array.from({ length: 1_000 }, () => newId(1_700_000_000_000));
  expect(new Set(ids).size).toBe(1_000);
});

test("ids sort by the order in which they were made, within a millisecond as well", () => {
  const ids = Array.from({ length: 20_000 }, () => newId());
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
