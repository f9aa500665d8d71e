import { isGenerator } from "../../base/generators.ts";
import { describe } from "../../base/options.ts";

/**
 * A value as JSON; `undefined` is `null`. `what` begins the message for what JSON has no words for.
 *
 * @throws {TypeError} for that, for a circle and for a big integer; whatever a `toJSON` throws.
 */
export function toJson(value: unknown, what: string): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined && value !== undefined) throw inexpressible(what, describe(value));
  if (json === "{}" && isGenerator(value)) throw inexpressible(what, "a generator; only async ones are streamed");
  return json ?? "null";
}

function inexpressible(what: string, got: string): TypeError {
  return new TypeError(`expected the ${what} what JSON can express, got ${got}`);
}
