import { App, Engine, memory, type Log, type Router, type ScheduleDefinition, type TaskSource } from "afterwork";
import { TestClient } from "afterwork/testing";
import { onTestFinished, vi } from "vitest";

import { makeFolder } from "./running-example.ts";

/** An example whose tasks are durable, called without a socket: what is due runs before a call returns. */
export interface DurableExample {
  readonly client: TestClient;
  /** Its `DATA_DIR`. */
  readonly folder: string;
}

/** What of an example a test needs. */
export interface DurableParts {
  readonly tasks: TaskSource;
  readonly schedules?: readonly ScheduleDefinition[];
  readonly environment?: Readonly<Record<string, string>>;
  /** More routes, made of the engine. */
  readonly include?: (app: App, engine: Engine) => unknown;
}

/** What goes wrong is thrown by the client. */
const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };

/** Opens it in a folder of its own, with an environment of its own, until the test ends. */
export async function openExample(
  router: Router<any>,
  { tasks, schedules = [], environment = {}, include }: DurableParts,
): Promise<DurableExample> {
  const folder = await makeFolder();
  for (const [name, value] of Object.entries({ DATA_DIR: folder, ...environment })) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const engine = new Engine({ store: memory(), tasks, schedules });
  const app = new App({ engine, log: silent }).include(router);
  include?.(app, engine);
  const client = new TestClient(app);
  onTestFinished(async () => {
    await client.close();
    await app.close();
  });
  return { client, folder };
}
