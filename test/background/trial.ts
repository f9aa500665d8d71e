import { App, type AppOptions, type HandlerContext, type TaskFailed } from "afterwork";
import { MemoryLog } from "../base/memory-log.ts";
import { ask, type Answer } from "../dependencies/ask.ts";

/** An app of one route, what it logged, and the tasks that failed. */
export interface Trial {
  readonly app: App;
  readonly log: MemoryLog;
  readonly failures: TaskFailed[];
  send(): Promise<Answer>;
  /** Sends one request, waits until everything it started is over, and closes the app. */
  run(): Promise<Answer>;
}

/** Puts a handler on the only route of a new app. */
export function tryHandler(handler: (context: HandlerContext) => unknown, options: AppOptions = {}): Trial {
  const log = new MemoryLog();
  const app = new App({ log, ...options });
  const failures: TaskFailed[] = [];
  app.on("taskFailed", (failed) => failures.push(failed));
  app.get("/", handler);
  const send = (): Promise<Answer> => ask(app);
  const run = async (): Promise<Answer> => {
    const answer = await send();
    await app.close();
    return answer;
  };
  return { app, log, failures, send, run };
}

/** Something to wait for that a test opens, and that says when somebody has come to wait. */
export class Gate {
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  /** Resolves when somebody waits at the gate. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  open = (): void => this.#opened.resolve();

  pass = (): Promise<void> => {
    this.#reached.resolve();
    return this.#opened.promise;
  };
}
