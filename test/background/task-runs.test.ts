import { App, DependencyCleanupError, NonRetryableError, depends, task, type LocalJob } from "afterwork";
import { describe, expect, test } from "vitest";
import { ask } from "../dependencies/ask.ts";
import { tryHandler } from "./trial.ts";

const events: string[] = [];

/** A session that says when it is opened, committed, rolled back and released. */
let sessions = 0;
const session = depends(async function* () {
  const name = `session ${++sessions}`;
  events.push(`open ${name}`);
  try {
    yield name;
    events.push(`commit ${name}`);
  } catch (error) {
    events.push(`roll back ${name}`);
    throw error;
  } finally {
    events.push(`release ${name}`);
  }
});

function startOver(): void {
  events.length = 0;
  sessions = 0;
}

describe("a task", () => {
  test("has dependencies of its own, not those of the request, closed before it counts as succeeded", async () => {
    startOver();
    const jobs: LocalJob[] = [];
    const audit = task("audit", { deps: { session } }, ({ session }, text: string) => {
      events.push(`${text} in ${session} while ${jobs[0]?.status()}`);
      return text;
    });
    const app = new App();
    app.get("/", { session }, ({ session, background }) => {
      const job = background.addTask(audit, "audited");
      jobs.push(job);
      background.addTask(() => void events.push(job.status()));
      return session;
    });
    expect((await ask(app)).body).toBe("session 1");
    await app.close();
    expect(events).toEqual([
      "open session 1",
      "commit session 1",
      "release session 1",
      "open session 2",
      "audited in session 2 while running",
      "commit session 2",
      "release session 2",
      "succeeded",
    ]);
  });

  test("that fails rolls its dependencies back", async () => {
    startOver();
    const broken = task("broken", { deps: { session } }, async () => Promise.reject(new Error("broken")));
    const trial = tryHandler(({ background }) => void background.addTask(broken));
    await trial.run();
    expect(events).toEqual(["open session 1", "roll back session 1", "release session 1"]);
    expect(trial.failures).toMatchObject([{ error: { message: "broken" } }]);
  });

  test("whose dependency can't be made fails by that error", async () => {
    const failing = depends(() => {
      throw new Error("no connection");
    });
    const audit = task("audit", { deps: { failing } }, () => events.push("never"));
    startOver();
    const trial = tryHandler(({ background }) => void background.addTask(audit));
    await trial.run();
    expect([trial.failures.map(({ error }) => String(error)), events]).toEqual([["Error: no connection"], []]);
  });

  test("whose clean-up fails has failed, and is tried again", async () => {
    const attempts: number[] = [];
    const closing = depends(function* () {
      yield 1;
      if (attempts.length === 1) throw new Error("the commit failed");
    });
    const audit = task("audit", { deps: { closing }, retries: 1, backoff: 1 }, ({ attempt }) => attempts.push(attempt));
    const trial = tryHandler(({ background }) => void background.addTask(audit));
    await trial.run();
    expect([attempts, trial.failures]).toEqual([[1, 2], []]);
  });

  test("and its clean-up that both fail are told as one", async () => {
    const closing = depends(function* () {
      try {
        yield 1;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error("the release failed");
      }
    });
    const audit = task("audit", { deps: { closing } }, () => Promise.reject(new Error("audit failed")));
    const trial = tryHandler(({ background }) => void background.addTask(audit));
    await trial.run();
    expect(trial.failures[0]?.error).toBeInstanceOf(DependencyCleanupError);
    expect(String(trial.failures[0]?.error)).toContain("audit failed; the release failed");
  });

  test("is not tried again when a dependency turns its error into a final one", async () => {
    let attempts = 0;
    const translating = depends(function* () {
      try {
        yield 1;
      } catch (cause) {
        throw new NonRetryableError("the account is closed", { cause });
      }
    });
    const audit = task("audit", { deps: { translating }, retries: 5, backoff: 1 }, () => {
      attempts += 1;
      throw new Error("403");
    });
    const trial = tryHandler(({ background }) => void background.addTask(audit));
    await trial.run();
    expect([attempts, trial.failures.map((failed) => failed.attempts)]).toEqual([1, [1]]);
  });

  test("logs with its name and the id of its job, and knows its attempt", async () => {
    const ids: string[] = [];
    const audit = task("audit", ({ log, attempt, signal }, to: string) => {
      log.info("sending", { to, attempt, aborted: signal.aborted });
    });
    const trial = tryHandler(({ background }) => void ids.push(background.addTask(audit, "bob").id));
    await trial.run();
    expect(trial.log.lines).toEqual([
      {
        level: "info",
        message: "sending",
        fields: { task: "audit", job: ids[0], to: "bob", attempt: 1, aborted: false },
      },
    ]);
  });

  test("has no more on its context than it is promised", async () => {
    const seen: string[][] = [];
    const audit = task("audit", { deps: { session } }, (context) => void seen.push(Object.keys(context).toSorted()));
    const trial = tryHandler(({ background }) => void background.addTask(audit));
    await trial.run();
    expect(seen).toEqual([["attempt", "background", "log", "session", "signal"]]);
  });
});

describe("every attempt", () => {
  test("has fresh dependencies, which are closed before the wait", async () => {
    startOver();
    const jobs: LocalJob[] = [];
    const flaky = task("flaky", { deps: { session }, retries: 5, backoff: "1h" }, ({ session }) => {
      events.push(`run in ${session}`);
      throw new Error("no");
    });
    const trial = tryHandler(({ background }) => void jobs.push(background.addTask(flaky)));
    await trial.send();
    await expect.poll(() => jobs[0]?.status()).toBe("retrying");
    expect(events).toEqual(["open session 1", "run in session 1", "roll back session 1", "release session 1"]);
    jobs[0]?.cancel();
    await trial.app.close();
  });

  test("begins anew, until one succeeds", async () => {
    startOver();
    const jobs: LocalJob[] = [];
    const flaky = task("flaky", { deps: { session }, retries: 2, backoff: 1 }, ({ session, attempt }) => {
      if (attempt < 3) throw new Error("not yet");
      return session;
    });
    const trial = tryHandler(({ background }) => void jobs.push(background.addTask(flaky)));
    await trial.run();
    expect(await jobs[0]?.result()).toBe("session 3");
    expect(events.filter((event) => event.startsWith("commit"))).toEqual(["commit session 3"]);
    expect(trial.failures).toEqual([]);
  });

  test("has a signal of its own", async () => {
    const signals = new Set<AbortSignal>();
    const flaky = task("flaky", { retries: 2, backoff: 1, timeout: 5_000 }, ({ signal }) => {
      signals.add(signal);
      throw new Error("no");
    });
    const trial = tryHandler(({ background }) => void background.addTask(flaky));
    await trial.run();
    expect(signals.size).toBe(3);
  });
});
