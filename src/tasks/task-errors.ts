import { AfterworkError } from "../base/errors.ts";

/** What was passed to `addTask` can't be run. Code `INVALID_WORK`. */
export class InvalidWorkError extends AfterworkError {
  constructor(message: string) {
    super("INVALID_WORK", message);
  }
}

/** A durable task was added in an app without an engine. Code `ENGINE_MISSING`. */
export class EngineMissingError extends AfterworkError {
  constructor(name: string) {
    super(
      "ENGINE_MISSING",
      `the task ${name} is durable, but the app has no engine to store it: pass one, new App({ engine }) ` +
        "or afterwork({ engine }), or define the task without durable",
      { details: { name } },
    );
  }
}

/** A durable task that the engine does not list. Code `UNKNOWN_TASK`. */
export class UnknownTaskError extends AfterworkError {
  /** `hasNamesake`: another task of that name is listed. */
  constructor(name: string, hasNamesake = false) {
    const remedy = hasNamesake
      ? "what it lists under that name is another definition; use that one, or give this one a name of its own"
      : "add it to its list of tasks";
    super("UNKNOWN_TASK", `the engine does not know the task ${name}: ${remedy}`, { details: { name } });
  }
}
