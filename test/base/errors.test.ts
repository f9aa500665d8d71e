import { AfterworkError, InvalidOptionError } from "afterwork";
import { expect, test } from "vitest";
import { toError } from "../../src/base/errors.ts";

test("an error bears the name of its class, its code, its cause and its details", () => {
  const cause = new Error("below");
  const error = new AfterworkError("APP_CLOSED", "closed", { cause, details: { id: 1 } });
  expect(error).toMatchObject({
    name: "AfterworkError",
    code: "APP_CLOSED",
    message: "closed",
    cause,
    details: { id: 1 },
  });
  expect(new InvalidOptionError("x").name).toBe("InvalidOptionError");
});

test("an error without a cause has no such property", () => {
  expect("cause" in new AfterworkError("APP_CLOSED", "closed")).toBe(false);
  expect("cause" in new AfterworkError("APP_CLOSED", "closed", { cause: undefined })).toBe(true);
});

test("whatever is thrown can be had as an error, and an error is itself", () => {
  const error = new TypeError("x");
  expect(toError(error)).toBe(error);
  expect(toError("text")).toMatchObject({ message: "a value that is no Error was thrown: text", cause: "text" });
  expect(toError(undefined)).toBeInstanceOf(Error);
});

test("a thrown object that can't be made a text is an error all the same", () => {
  expect(toError(Object.create(null))).toBeInstanceOf(Error);
  expect(toError(Symbol("s"))).toBeInstanceOf(Error);
});
