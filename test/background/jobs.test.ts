import { JobCancelledError, JobPendingError, task, type LocalJob, type LocalJobStatus } from "afterwork";
import { describe, expect, test } from "vitest";
import { Gate, tryHandler } from "./trial.ts";

describe("the result of a job", () => {
  test("asked for in the handler is an error at once, not a deadlock", async () => {
    const caught: unknown[] = [];
    const trial = tryHandler(async ({ background }) => {
      const job = background.addTask(function send() {});
      await job.result().catch((error: unknown) => caught.push(error));
      return job.id;
    });
    const { body } = await trial.run();
    expect(caught[0]).toBeInstanceOf(JobPendingError);
    expect(caught[0]).toMatchObject({ code: "JOB_PENDING", details: { id: body, name: "send" } });
  });

  test("is the same before, during and after the run", async () => {
    const [before, during] = [new Gate(), new Gate()];
    const jobs: LocalJob<{ sent: boolean }>[] = [];
    const trial = tryHandler(({ background }) => {
      background.addTask(before.pass);
      jobs.push(background.addTask(() => during.pass().then(() => ({ sent: true }))));
    });
    await trial.send();
    await before.reached;
    const [job] = jobs as [LocalJob<{ sent: boolean }>];
    const early = job.result();
    before.open();
    await during.reached;
    const middle = job.result();
    during.open();
    expect(await early).toEqual({ sent: true });
    expect(await middle).toBe(await early);
    expect(await job.result()).toBe(await early);
    await trial.app.close();
  });

  test("of a failed job is its error, as often as it is asked for", async () => {
    const jobs: LocalJob[] = [];
    const error = new Error("broken");
    const trial = tryHandler(({ background }) => {
      jobs.push(
        background.addTask(() => {
          throw error;
        }),
      );
    });
    await trial.run();
    await expect(jobs[0]?.result()).rejects.toBe(error);
    await expect(jobs[0]?.result()).rejects.toBe(error);
  });

  test("of a job dropped with its request tells why", async () => {
    const jobs: LocalJob[] = [];
    const trial = tryHandler(({ background }) => {
      jobs.push(background.addTask(function send() {}));
      throw new Error("request");
    });
    await trial.run();
    expect(jobs[0]?.status()).toBe("cancelled");
    await expect(jobs[0]?.result()).rejects.toMatchObject({
      code: "JOB_CANCELLED",
      message: "send was cancelled: what added it failed",
    });
  });

  test("may be waited for by another task of the request that comes later", async () => {
    const seen: unknown[] = [];
    const trial = tryHandler(({ background }) => {
      const first = background.addTask(async () => Promise.resolve("first"));
      background.addTask(async () => void seen.push(await first.result()));
    });
    await trial.run();
    expect(seen).toEqual(["first"]);
  });
});

test("a job that nobody reads rejects without an unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", listener);
  const gate = new Gate();
  const jobs: LocalJob[] = [];
  const trial = tryHandler(({ background }) => {
    jobs.push(
      background.addTask(() => gate.pass().then(() => Promise.reject(new Error("a")))),
      background.addTask(() => Promise.reject(new Error("b"))),
      background.addTask(() => Promise.reject(new Error("c"))),
    );
    void jobs[0]?.result();
    background.addTask(() => void jobs[2]?.result());
  });
  await trial.send();
  await gate.reached;
  void jobs[0]?.result();
  jobs[2]?.cancel();
  gate.open();
  await trial.app.close();
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off("unhandledRejection", listener);
  expect([unhandled, trial.failures.length]).toEqual([[], 2]);
});

test("the ids of jobs are UUIDv7, made at the call, and sort with it", async () => {
  const trial = tryHandler(({ background }) => [1, 2].map(() => background.addTask(() => {}).id));
  const ids = (await trial.run()).body as string[];
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(ids).size).toBe(2);
});

test("the status of a job is told all along", async () => {
  const gates = [new Gate(), new Gate()] as const;
  const seen: LocalJobStatus[] = [];
  const jobs: LocalJob[] = [];
  const flaky = task("flaky", { retries: 1, backoff: "1h" }, async ({ attempt }) => {
    await gates[1].pass();
    throw new Error(`attempt ${attempt}`);
  });
  const trial = tryHandler(({ background }) => {
    background.addTask(gates[0].pass);
    const job = background.addTask(flaky);
    jobs.push(job);
    seen.push(job.status());
  });
  const note = (): void => void seen.push(...jobs.map((job) => job.status()));
  await trial.send();
  await gates[0].reached;
  note();
  gates[0].open();
  await gates[1].reached;
  note();
  gates[1].open();
  await expect.poll(() => jobs[0]?.status()).toBe("retrying");
  note();
  jobs[0]?.cancel();
  await trial.app.close();
  note();
  expect(seen).toEqual(["pending", "queued", "running", "retrying", "cancelled"]);
});

describe("cancel()", () => {
  test("before the request has settled drops the call", async () => {
    let ran = 0;
    const jobs: LocalJob[] = [];
    const trial = tryHandler(({ background }) => {
      const job = background.addTask(() => void ran++);
      jobs.push(job);
      return [job.cancel(), job.status(), job.cancel()];
    });
    expect((await trial.run()).body).toEqual(["cancelled", "cancelled", "terminal"]);
    expect(ran).toBe(0);
    await expect(jobs[0]?.result()).rejects.toBeInstanceOf(JobCancelledError);
  });

  test("of a queued job keeps it from running, and the next one runs", async () => {
    const gate = new Gate();
    const events: string[] = [];
    const jobs: LocalJob[] = [];
    const trial = tryHandler(({ background }) => {
      background.addTask(gate.pass);
      jobs.push(background.addTask(() => void events.push("cancelled one")));
      background.addTask(() => void events.push("next"));
    });
    await trial.send();
    await gate.reached;
    expect(jobs[0]?.cancel()).toBe("cancelled");
    gate.open();
    await trial.app.close();
    expect(events).toEqual(["next"]);
  });

  test("of a running job aborts its signal and ends it as cancelled, without a failure being told", async () => {
    const gate = new Gate();
    const reasons: unknown[] = [];
    const patient = task("patient", { retries: 3, backoff: 1 }, ({ signal }) => {
      void gate.pass();
      return new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          reject(new Error("stopped"));
        }),
      );
    });
    const jobs: LocalJob[] = [];
    const trial = tryHandler(({ background }) => void jobs.push(background.addTask(patient)));
    await trial.send();
    await gate.reached;
    expect(jobs[0]?.cancel()).toBe("requested");
    await trial.app.close();
    expect(jobs[0]?.status()).toBe("cancelled");
    expect(reasons).toEqual([expect.any(JobCancelledError)]);
    await expect(jobs[0]?.result()).rejects.toBe(reasons[0]);
    expect(trial.failures).toEqual([]);
  });

  test("of a running job that succeeds all the same lets the success count", async () => {
    const gate = new Gate();
    const jobs: LocalJob[] = [];
    const trial = tryHandler(({ background }) => {
      jobs.push(background.addTask(() => gate.pass().then(() => "done")));
    });
    await trial.send();
    await gate.reached;
    expect(jobs[0]?.cancel()).toBe("requested");
    gate.open();
    await trial.app.close();
    expect(jobs[0]?.status()).toBe("succeeded");
    expect(await jobs[0]?.result()).toBe("done");
  });

  test("of a job that has ended changes nothing", async () => {
    const jobs: LocalJob[] = [];
    const trial = tryHandler(({ background }) => void jobs.push(background.addTask(() => 1)));
    await trial.run();
    expect([jobs[0]?.cancel(), jobs[0]?.status()]).toEqual(["terminal", "succeeded"]);
  });
});
