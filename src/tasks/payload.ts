import { messageOf } from "../base/errors.ts";
import { describe } from "../base/options.ts";
import type { AnyTask } from "./any-task.ts";
import { checkArgs } from "./check-args.ts";
import type { Codec } from "./codec.ts";
import { collectTask } from "./collect-task.ts";
import { InvalidArgumentsError, InvalidResultError, pathText } from "./payload-errors.ts";
import { faultOf, type JsonFault } from "./plain-json.ts";

/** How much text the arguments of a call, a result or the value of a step may be: 1 MiB of UTF-8. */
export const maxPayloadBytes = 1_048_576;

/** The list of a group holds the results of up to 10,000 jobs, each of which was small enough by itself. */
const maxCollectedBytes = 64 * maxPayloadBytes;

/**
 * The arguments of a call as text. Trailing ones that are `undefined` are left out.
 *
 * @throws {InvalidArgumentsError} when its schema refuses them, or they are no plain JSON and there is no codec, or they
 * are too large.
 */
export function encodeArgs(task: AnyTask, given: readonly unknown[]): string {
  const args = given.length > 0 && given.at(-1) === undefined ? withoutTail(given) : given;
  const { args: schema, codec } = task.options;
  if (schema !== undefined) checkArgs(task.name, schema, args);
  if (codec !== undefined) return encodeArgsBy(codec, task.name, args);
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (typeof arg === "string" || typeof arg === "boolean") continue;
    const fault = faultOf(arg, maxPayloadBytes);
    if (fault !== undefined) throw argumentFault(task.name, index, fault);
  }
  return boundArgs(task.name, JSON.stringify(args));
}

/**
 * Arguments from their text. For a task that is not known they are read as JSON.
 *
 * @throws {InvalidArgumentsError} when the text is not what {@link encodeArgs} has made, by this codec.
 */
export function decodeArgs(task: AnyTask | undefined, text: string): readonly unknown[] {
  const args = parsed(task, text, (message, cause) => faultyArgs(nameOf(task), `can't be read: ${message}`, cause));
  if (Array.isArray(args)) return args;
  throw faultyArgs(nameOf(task), `can't be read: expected an array, got ${describe(args)}`);
}

/**
 * A result as text; `undefined` for `undefined`. `what` is how messages call it: the value of a step is encoded in the
 * same way.
 *
 * @throws {InvalidResultError} when it is no plain JSON and there is no codec, or it is too large.
 */
export function encodeResult(task: AnyTask, value: unknown, what = "its result"): string | undefined {
  if (value === undefined) return undefined;
  const { codec } = task.options;
  const bytes = task.definition === collectTask ? maxCollectedBytes : maxPayloadBytes;
  const text =
    codec === undefined ? plainText(task.name, value, { what, bytes }) : codedText(codec, task.name, value, what);
  if (fits(text, bytes)) return text;
  throw tooLargeResult(task.name, what, bytes);
}

/**
 * A result from its text. For a task that is not known it is read as JSON.
 *
 * @throws {InvalidResultError} when the text is not what {@link encodeResult} has made, by this codec.
 */
export function decodeResult(task: AnyTask | undefined, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  return parsed(task, text, (message, cause) => {
    return new InvalidResultError(nameOf(task), `its result can't be read: ${message}`, { cause });
  });
}

function parsed(task: AnyTask | undefined, text: string, toFault: (message: string, cause: unknown) => Error): unknown {
  const codec = task?.options.codec;
  try {
    return codec === undefined ? JSON.parse(text) : codec.parse(text);
  } catch (error) {
    throw toFault(messageOf(error), error);
  }
}

function nameOf(task: AnyTask | undefined): string {
  return task?.name ?? "an unknown task";
}

function withoutTail(args: readonly unknown[]): readonly unknown[] {
  return args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
}

function encodeArgsBy(codec: Codec, name: string, args: readonly unknown[]): string {
  let text: unknown;
  try {
    text = codec.stringify(args);
  } catch (error) {
    throw faultyArgs(name, `the codec refused them: ${messageOf(error)}`, error);
  }
  if (typeof text === "string") return boundArgs(name, text);
  throw faultyArgs(name, `expected the codec to make a string of them, got ${describe(text)}`);
}

function boundArgs(name: string, text: string): string {
  if (fits(text, maxPayloadBytes)) return text;
  throw faultyArgs(name, tooLargeToPass(maxPayloadBytes));
}

function plainText(name: string, value: unknown, { what, bytes }: { what: string; bytes: number }): string {
  const fault = faultOf(value, bytes);
  if (fault === undefined) return JSON.stringify(value);
  if (fault.tooLarge === true) throw tooLargeResult(name, what, bytes);
  const place = fault.path.length === 0 ? what : `${what} (${pathText(fault.path)})`;
  throw new InvalidResultError(name, `${place}: ${wanted(fault, "return")}`);
}

function codedText(codec: Codec, name: string, value: unknown, what: string): string {
  let text: unknown;
  try {
    text = codec.stringify(value);
  } catch (error) {
    throw new InvalidResultError(name, `${what}: the codec refused it: ${messageOf(error)}`, { cause: error });
  }
  if (typeof text === "string") return text;
  throw new InvalidResultError(name, `${what}: expected the codec to make a string of it, got ${describe(text)}`);
}

/** Every UTF-16 unit is at most three bytes, so that short texts need no counting. */
function fits(text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || (text.length <= bytes && Buffer.byteLength(text) <= bytes);
}

function argumentFault(name: string, index: number, fault: JsonFault): InvalidArgumentsError {
  const message = fault.tooLarge === true ? tooLargeToPass(maxPayloadBytes) : wanted(fault, "pass");
  return new InvalidArgumentsError(name, [{ path: [index, ...fault.path], message }]);
}

function wanted({ got, instead }: JsonFault, verb: "pass" | "return"): string {
  return `expected plain JSON, got ${got}; ${verb} ${instead}, or give the task a codec`;
}

function tooLargeToPass(bytes: number): string {
  return `expected at most ${bytes} bytes of text; store the data somewhere else, and pass a reference to it`;
}

function faultyArgs(name: string, message: string, cause?: unknown): InvalidArgumentsError {
  return new InvalidArgumentsError(name, [{ path: [], message }], cause === undefined ? {} : { cause });
}

function tooLargeResult(name: string, what: string, bytes: number): InvalidResultError {
  return new InvalidResultError(
    name,
    `${what}: expected at most ${bytes} bytes of text; store it somewhere else, and return a reference to it`,
  );
}
