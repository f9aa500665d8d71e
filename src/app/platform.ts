import { AfterworkError } from "../base/errors.ts";

/**
 * When in-process tasks run. `after`: when the response has been sent. `before`: before it ends, for platforms that stop
 * the process with it. `never`: they are refused at the call.
 */
export type RunTasks = "after" | "before" | "never";

/** The platform can't do what the app asks of it. Code `PLATFORM`. */
export class PlatformError extends AfterworkError {
  constructor(message: string) {
    super("PLATFORM", message);
  }
}

/**
 * Decides when tasks run. Where the process is frozen with the response, saying nothing would lose them silently.
 *
 * @throws {PlatformError}
 */
export function whenToRun(
  asked: RunTasks | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): RunTasks {
  if (asked !== undefined) return asked;
  if (environment["AWS_LAMBDA_FUNCTION_NAME"] === undefined) return "after";
  throw new PlatformError(
    "AWS Lambda freezes the process when a response ends, so in-process background tasks would be lost. Choose: " +
      'new App({ background: { run: "before" } }) runs them before the response ends; "never" refuses them, for apps ' +
      'whose tasks are all durable; "after" where the handler keeps the function alive by waitUntil',
  );
}
