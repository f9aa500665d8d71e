import { describe } from "../base/options.ts";

/** Why a value is no plain JSON, and where. */
export interface JsonFault {
  /** From the value to the fault; empty when it is the value itself. */
  readonly path: readonly (string | number)[];
  readonly got: string;
  /** What could stand there instead. */
  readonly instead: string;
  /** Nothing is wrong but its size. */
  readonly tooLarge?: true;
}

const deepest = 500;

/** A bound that holds before anything is written: values that share parts can be tiny in memory and endless as text. */
interface Meter {
  left: number;
}

/**
 * Why a value would not come back from JSON as it is; `undefined` if it would. Properties that are `undefined` may be
 * left out, and -0 comes back as 0. `size` bounds, in characters, what is looked at.
 */
export function faultOf(value: unknown, size: number): JsonFault | undefined {
  return typeof value === "object" ? faultInside(value, 0, { left: size }) : faultOfScalar(value);
}

function faultOfScalar(value: unknown): JsonFault | undefined {
  if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return undefined;
  if (typeof value === "number") return fault(String(value), "null");
  if (typeof value === "bigint") return fault("a bigint", "a string");
  if (typeof value === "function")
    return fault(value.name === "" ? "a function" : `the function ${value.name}`, "data");
  return typeof value === "symbol" ? fault("a symbol", "a string") : fault("undefined", "null");
}

function faultInside(value: object | null, depth: number, meter: Meter): JsonFault | undefined {
  if (value === null) return undefined;
  if (depth >= deepest) return fault(`more than ${deepest} levels, or an object inside of itself`, "something flat");
  if (Array.isArray(value)) return faultOfArray(value, depth, meter);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return faultOfInstance(value);
  return faultOfObject(value as Readonly<Record<string, unknown>>, depth, meter);
}

function faultOfObject(value: Readonly<Record<string, unknown>>, depth: number, meter: Meter): JsonFault | undefined {
  if (Object.getOwnPropertySymbols(value).length > 0) return fault("an object with a symbol for a key", "a string");
  for (const key of Object.keys(value)) {
    const part = value[key];
    if (part === undefined) continue;
    meter.left -= key.length + 4;
    const found = faultOfPart(part, depth, meter);
    if (found !== undefined) return within(key, found);
  }
  return undefined;
}

function faultOfArray(value: readonly unknown[], depth: number, meter: Meter): JsonFault | undefined {
  if (Object.getPrototypeOf(value) !== Array.prototype) return faultOfInstance(value);
  for (let index = 0; index < value.length; index += 1) {
    const part = value[index];
    meter.left -= 1;
    if (part === undefined && !(index in value)) return within(index, fault("a hole", "null"));
    const found = faultOfPart(part, depth, meter);
    if (found !== undefined) return within(index, found);
  }
  // Such as the `index` and `groups` of a match of a regular expression: JSON forgets them.
  if (Object.keys(value).length > value.length) return fault("an array with named properties", "an object");
  return undefined;
}

function faultOfPart(part: unknown, depth: number, meter: Meter): JsonFault | undefined {
  if (meter.left < 0) return tooLarge;
  if (typeof part === "string") {
    meter.left -= part.length;
    return undefined;
  }
  return typeof part === "object" ? faultInside(part, depth + 1, meter) : faultOfScalar(part);
}

const tooLarge: JsonFault = { ...fault("too much", "a reference to it"), tooLarge: true };

function faultOfInstance(value: object): JsonFault {
  const described = describe(value);
  return fault(described === "an object" ? "an object with a prototype of its own" : described, insteadOf(value));
}

function insteadOf(value: object): string {
  if (value instanceof Date || value instanceof URL || ArrayBuffer.isView(value)) return "a string";
  if (value instanceof Set || Array.isArray(value)) return "an array";
  return "a plain object";
}

function fault(got: string, instead: string): JsonFault {
  return { path: [], got, instead };
}

function within(key: string | number, found: JsonFault): JsonFault {
  return { ...found, path: [key, ...found.path] };
}
