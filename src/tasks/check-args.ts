import type { StandardSchemaV1 } from "@standard-schema/spec";
import { messageOf } from "../base/errors.ts";
import { isPromiseLike } from "../base/promises.ts";
import { InvalidArgumentsError, type ArgumentIssue } from "./payload-errors.ts";

/**
 * Asks a schema about the arguments of a call. What it makes of them is not used.
 *
 * @throws {InvalidArgumentsError} with the schema's issues, or when it throws or does not answer at once.
 */
export function checkArgs(task: string, schema: StandardSchemaV1, args: readonly unknown[]): void {
  const answer = ask(task, schema, args);
  if (answer.issues === undefined) return;
  throw new InvalidArgumentsError(task, answer.issues.map(toIssue));
}

function ask(task: string, schema: StandardSchemaV1, args: readonly unknown[]): StandardSchemaV1.Result<unknown> {
  let answer: ReturnType<StandardSchemaV1["~standard"]["validate"]>;
  try {
    answer = schema["~standard"].validate(args);
  } catch (error) {
    throw new InvalidArgumentsError(task, [{ path: [], message: `their schema threw: ${messageOf(error)}` }], {
      cause: error,
    });
  }
  if (!isPromiseLike(answer)) return answer;
  // Nobody waits for this answer, and a rejection that nobody handles would end the process.
  answer.then(undefined, () => {});
  const message = "their schema is asynchronous, and they are checked at the call; use one that answers at once";
  throw new InvalidArgumentsError(task, [{ path: [], message }]);
}

function toIssue({ path = [], message }: StandardSchemaV1.Issue): ArgumentIssue {
  return { path: path.map((segment) => toKey(typeof segment === "object" ? segment.key : segment)), message };
}

function toKey(key: PropertyKey): string | number {
  return typeof key === "symbol" ? String(key) : key;
}
