import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { App, serve, type Router } from "afterwork";
import { onTestFinished, vi } from "vitest";

/** An example that is being served, in a fresh folder. */
export interface RunningExample {
  readonly url: string;
  /** Its `DATA_DIR`. */
  readonly folder: string;
  /** The names of the tasks that have ended so far, failed ones with a `!`. */
  readonly ended: readonly string[];
  /** Resolves when tasks of these names have ended; a name may stand there twice. */
  untilEnded(...names: string[]): Promise<void>;
  post(path: string, json: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** A folder of the test's own. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "afterwork-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Serves a router on a free port until the test ends, with an environment of its own. */
export async function runExample(
  router: Router<any>,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningExample> {
  const folder = await makeFolder();
  for (const [name, value] of Object.entries({ DATA_DIR: folder, ...environment })) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const app = new App().include(router);
  const ended: string[] = [];
  const changed = new EventTarget();
  const note = (name: string): void => {
    ended.push(name);
    changed.dispatchEvent(new Event("change"));
  };
  app.on("taskSucceeded", ({ name }) => note(name));
  app.on("taskFailed", ({ name }) => note(`${name}!`));
  const { url, close } = await serve(app, { port: 0, signals: false });
  onTestFinished(async () => void (await close()));
  return {
    url,
    folder,
    ended,
    untilEnded: (...names) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (hasAll(ended, names)) resolve();
        };
        changed.addEventListener("change", look);
        look();
      }),
    post: (path, json, headers = {}) =>
      fetch(url + path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(json),
      }),
  };
}

function hasAll(ended: readonly string[], names: readonly string[]): boolean {
  const left = [...ended];
  return names.every((name) => {
    const index = left.indexOf(name);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}
