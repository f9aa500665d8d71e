import { App, Engine, memory, type AppOptions, type BackgroundTasks, type EngineOptions } from "afterwork";

import { listen, recordLog } from "../../behaviour/support/listen.ts";

/** An app with an engine of its own. */
export interface Trial {
  readonly app: App;
  readonly engine: Engine;
}

/** Neither has been started, and both say nothing. */
export function tryApp(
  engineOptions: Partial<EngineOptions> & Pick<EngineOptions, "tasks">,
  options: AppOptions = {},
): Trial {
  const engine = new Engine({ store: memory(), grace: 100, ...engineOptions });
  return { app: new App({ engine, log: recordLog().log, ...options }), engine };
}

/** Serves the app with one route that adds what it likes; resolves with its body when that has been read. */
export async function send({ app }: Trial, handler: (background: BackgroundTasks) => unknown): Promise<string> {
  const { url } = await listen(app.get("/", ({ background }) => handler(background)));
  return (await fetch(url)).text();
}
