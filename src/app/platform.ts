import { AfterworkError } from "../base/errors.ts";

/**
 * When in-process tasks run. `after`: when the response has been sent. `before`: before it ends, for platforms that stop
 * the process with it. `never`: they are refused at the call.
 */
export type RunTasks = "after" | "before" | "never";

/** When tasks run here, and what that needs. */
export interface TaskTiming {
  readonly runTasks: RunTasks;
  /** The platform that stops with the response, unless its request brought a `waitUntil`. */
  readonly needsWaitUntil?: string;
}

/** The platform can't do what the app asks of it. Code `PLATFORM`. */
export class PlatformError extends AfterworkError {
  constructor(message: string) {
    super("PLATFORM", message);
  }
}

/** What tells platforms apart. */
export interface PlatformSigns {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly userAgent: string | undefined;
  readonly globals: object;
}

/** A platform that stops, or slows down to nearly nothing, when no request is being answered. */
interface FreezingPlatform {
  readonly name: string;
  /** Requests may bring a promise that it waits for, so it is each request that can be refused. */
  readonly waitsForPromises: boolean;
  isHere(signs: PlatformSigns): boolean;
}

/** Vercel and Netlify run on Lambda, so they come first. */
const platforms: readonly FreezingPlatform[] = [
  {
    name: "Cloudflare Workers",
    waitsForPromises: true,
    isHere: ({ userAgent }) => userAgent === "Cloudflare-Workers",
  },
  {
    name: "Vercel",
    waitsForPromises: true,
    isHere: ({ variables }) => variables["VERCEL"] === "1" && variables["VERCEL_ENV"] !== "development",
  },
  { name: "Netlify", waitsForPromises: true, isHere: ({ globals }) => "Netlify" in globals },
  {
    name: "AWS Lambda",
    waitsForPromises: false,
    isHere: ({ variables }) => variables["AWS_LAMBDA_FUNCTION_NAME"] !== undefined,
  },
  {
    name: "Google Cloud Run",
    waitsForPromises: false,
    isHere: ({ variables }) => variables["K_SERVICE"] !== undefined,
  },
];

/**
 * Decides when tasks run. Where the process is frozen with the response, saying nothing would lose them silently.
 *
 * @throws {PlatformError}
 */
export function whenToRun(asked: RunTasks | undefined, signs: PlatformSigns = signsHere()): TaskTiming {
  if (asked !== undefined) return { runTasks: asked };
  const platform = platforms.find((one) => one.isHere(signs));
  if (platform === undefined) return { runTasks: "after" };
  if (platform.waitsForPromises) return { runTasks: "after", needsWaitUntil: platform.name };
  throw new PlatformError(
    `${platform.name} freezes the process when a response ends, so in-process background tasks would be lost. Choose: ` +
      'new App({ background: { run: "before" } }) runs them before the response ends; "never" refuses them, for apps ' +
      'whose tasks are all durable; "after" where something keeps the process running: waitUntil, or instance-based ' +
      "billing on Google Cloud Run",
  );
}

/** Not every runtime has `process`, or `navigator`. */
function signsHere(): PlatformSigns {
  const { process, navigator } = globalThis as Partial<Pick<typeof globalThis, "process" | "navigator">>;
  return { variables: process?.env ?? {}, userAgent: navigator?.userAgent, globals: globalThis };
}

/** Refuses in-process work that nobody would run. @throws {PlatformError} */
export function checkRunnable({ runTasks, needsWaitUntil }: TaskTiming, waitUntilOf: () => unknown): void {
  if (runTasks === "never") {
    throw new PlatformError(
      'in-process tasks are refused: background.run is "never"; make the task durable (durable: true)',
    );
  }
  if (needsWaitUntil === undefined || waitUntilOf() !== undefined) return;
  throw new PlatformError(
    `${needsWaitUntil} stops what runs after a response unless it is told to wait, and this request came without a ` +
      "waitUntil, so the task would be lost. Pass the execution context on: app.fetch(request, env, { waitUntil }); or " +
      'choose background: { run: "before" }, which runs tasks before the response ends; or make the task durable',
  );
}
