import { AfterworkError, toError } from "../../base/errors.ts";
import { unpackError } from "./packed-error.ts";
import type { ThreadCall } from "./thread-call.ts";
import type { ThreadAnswer } from "./thread-entry.ts";

/** The value a call returned in its thread; what it threw there is thrown here. */
export function readAnswer(call: ThreadCall, answer: ThreadAnswer): unknown {
  switch (answer.kind) {
    case "returned":
      return answer.value;
    case "threw":
      throw unpackError(answer.error);
    case "uncloneable":
      throw uncloneable(`${call.name} returned something`, unpackError(answer.error));
    case "unloadable":
      throw unloadable(call, unpackError(answer.error));
    case "unknown":
      throw unknownExport(call, answer.exports);
  }
}

/** Why a call got no answer: it was ended, its arguments could not be sent, or its thread died. */
export function whyUnanswered(call: ThreadCall, error: unknown): unknown {
  if (call.signal.aborted) return call.signal.reason;
  return whyNotCloneable(call) ?? crashed(call, error);
}

/** The error of a call whose thread died, or never came to life. */
export function crashed(call: ThreadCall, cause: unknown): AfterworkError {
  const why = toError(cause).message;
  return new AfterworkError("THREAD_CRASHED", `the thread of ${call.name} died before the call returned: ${why}`, {
    cause,
    details: { work: call.name },
  });
}

/** Cloned once more, and only after a failure, because the pool does not tell this failure from a crash. */
function whyNotCloneable(call: ThreadCall): AfterworkError | undefined {
  try {
    structuredClone(call.request.args);
    return undefined;
  } catch (error) {
    return uncloneable(`${call.name} was called with something`, error);
  }
}

function uncloneable(subject: string, cause: unknown): AfterworkError {
  const message = `${subject} that cannot be sent between threads: ${toError(cause).message}`;
  return new AfterworkError("INVALID_WORK", message, { cause });
}

function unloadable(call: ThreadCall, cause: unknown): AfterworkError {
  const message = `${call.name} could not run, because its module failed to load: ${toError(cause).message}`;
  return new AfterworkError("INVALID_DEFINITION", message, { cause, details: { module: call.request.href } });
}

function unknownExport(call: ThreadCall, exports: readonly string[]): AfterworkError {
  const known = exports.length === 0 ? "exports no function" : `exports the functions ${exports.join(", ")}`;
  const message = `${call.name} does not exist: its module ${known}`;
  return new AfterworkError("INVALID_WORK", message, { details: { module: call.request.href } });
}
