import { App, depends, type BackgroundTasks, type Dependency, type DurablePort } from "afterwork";

/** An app, a session of `request` scope that it may use, and what became of both. */
export interface RecordingApp {
  readonly app: App;
  readonly steps: string[];
  readonly session: Dependency<{ read(id: number): string }, "request", false>;
}

export function recordingApp(engine?: DurablePort): RecordingApp {
  const steps: string[] = [];
  const app = new App(engine === undefined ? {} : { engine });
  app.on("requestFailed", ({ status, error }) => steps.push(`reported ${status} ${(error as Error).message}`));
  const session = depends.request(async function* () {
    steps.push("session opened");
    try {
      yield { read: (id: number) => `row ${id}\n` };
      steps.push("session committed");
    } catch (error) {
      steps.push(`session rolled back: ${(error as Error).message}`);
    }
  });
  return { app, steps, session };
}

/** Adds a task of each kind, which note what they know of the outcome. */
export function addAll({ background, steps }: { background: BackgroundTasks; steps: string[] }): void {
  const note = (kind: string) => (): void => {
    const { status, error } = background.outcome ?? {};
    steps.push(`${kind} ${status}${error === undefined ? "" : ` ${(error as Error).message}`}`);
  };
  background.addTask(note("success"));
  background.always.addTask(note("always"));
  background.onFailure.addTask(note("failure"));
}
