import { App, depends, HTTPException, int, query, type BackgroundTasks, type Outcome } from "afterwork";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { listen, recordLog } from "./support/listen.ts";

/** Adds a task of each kind under a name; `steps` is told what ran with which outcome. */
function recorder() {
  const steps: string[] = [];
  const outcomes: (Outcome | undefined)[] = [];
  const addAll = (background: BackgroundTasks, name: string): void => {
    const note = (kind: string) => (): void => {
      steps.push(`${name}: ${kind}`);
      outcomes.push(background.outcome);
    };
    background.addTask(note("success"));
    background.always.addTask(note("always"));
    background.onFailure.addTask(note("failure"));
  };
  const app = new App({ log: recordLog().log });
  app.on("requestFailed", () => {});
  return { app, steps, outcomes, addAll };
}

async function finish(app: App, path = "/"): Promise<Response> {
  const server = await listen(app);
  const response = await fetch(server.url + path);
  await response.arrayBuffer();
  await server.close();
  return response;
}

describe("7: HTTPException → tasks added so far don't run, those of always and onFailure do", () => {
  test.each([
    ["an HTTPException", new HTTPException(409, "taken"), 409],
    ["any error", new Error("unforeseen"), 500],
    ["a value that is no error", "just text", 500],
    ["undefined", undefined, 500],
  ])("thrown by the handler: %s", async (_name, thrown, status) => {
    const { app, steps, outcomes, addAll } = recorder();
    app.get("/", ({ background }) => {
      addAll(background, "handler");
      throw thrown;
    });
    expect((await finish(app)).status).toBe(status);
    expect(steps).toEqual(["handler: always", "handler: failure"]);
    expect(outcomes).toEqual([
      { status, error: thrown },
      { status, error: thrown },
    ]);
    expect(outcomes[0]?.error).toBe(thrown);
  });

  test("thrown by a later dependency: those of earlier dependencies alike", async () => {
    const { app, steps, outcomes, addAll } = recorder();
    const refused = new HTTPException(403, "no");
    const first = depends(({ background }) => addAll(background, "first"));
    const second = depends({ first }, async ({ background }) => {
      addAll(background, "second");
      throw refused;
    });
    app.get("/", { second }, ({ background }) => addAll(background, "handler"));
    expect((await finish(app)).status).toBe(403);
    expect(steps).toEqual(["first: always", "first: failure", "second: always", "second: failure"]);
    expect(new Set(outcomes.map((outcome) => outcome?.error))).toEqual(new Set([refused]));
  });

  test("an input that is invalid: those of the guard", async () => {
    const { app, steps, addAll } = recorder();
    const guard = depends.guard(({ background }) => addAll(background, "guard"));
    app.get("/", { guard, n: query(int) }, () => "never");
    expect((await finish(app, "/?n=x")).status).toBe(422);
    expect(steps).toEqual(["guard: always", "guard: failure"]);
  });

  test("a clean-up that fails before the response: a 500, and the error is its", async () => {
    const { app, steps, outcomes, addAll } = recorder();
    const lost = new Error("commit failed");
    const session = depends(async function* () {
      yield "session";
      throw lost;
    });
    app.get("/", { session }, ({ background }) => addAll(background, "handler"));
    expect((await finish(app)).status).toBe(500);
    expect(steps).toEqual(["handler: always", "handler: failure"]);
    expect(outcomes[0]).toEqual({ status: 500, error: lost });
  });

  test("a value that misfits the response schema, and one that JSON can't hold", async () => {
    const { app, steps, addAll } = recorder();
    app
      .get("/misfit", {}, { response: z.object({ id: z.number() }) }, ({ background }) => {
        addAll(background, "misfit");
        return { id: "x" } as never;
      })
      .get("/bigint", ({ background }) => {
        addAll(background, "bigint");
        return { id: 1n };
      });
    const server = await listen(app);
    for (const path of ["/misfit", "/bigint"]) expect((await fetch(server.url + path)).status).toBe(500);
    await server.close();
    expect(steps).toEqual(["misfit: always", "misfit: failure", "bigint: always", "bigint: failure"]);
  });

  test("jobs of dropped tasks are cancelled, and say why", async () => {
    const { app } = recorder();
    const jobs: { status(): string; result(): Promise<unknown> }[] = [];
    app.get("/", ({ background }) => {
      jobs.push(background.addTask(() => "never"));
      throw new HTTPException(400);
    });
    await finish(app);
    expect(jobs[0]?.status()).toBe("cancelled");
    await expect(jobs[0]?.result()).rejects.toThrow(/cancelled: .*failed/);
  });
});

describe("7: what is no failure", () => {
  test.each([200, 204, 404, 500])("status %i that was returned: onFailure does not run", async (status) => {
    const { app, steps, outcomes, addAll } = recorder();
    app.get("/", ({ background, response }) => {
      response.status = status;
      addAll(background, "handler");
    });
    expect((await finish(app)).status).toBe(status);
    expect(steps).toEqual(["handler: success", "handler: always"]);
    expect(outcomes).toEqual([{ status }, { status }]);
  });

  test("an error that the handler caught, and a dependency's that it repaired", async () => {
    const { app, steps, addAll } = recorder();
    app.get("/", ({ background }) => {
      try {
        addAll(background, "try");
        throw new Error("caught");
      } catch {
        addAll(background, "catch");
      }
    });
    expect((await finish(app)).status).toBe(200);
    expect(steps).toEqual(["try: success", "try: always", "catch: success", "catch: always"]);
  });

  test("the outcome is not known before the response is", async () => {
    const { app, outcomes, addAll } = recorder();
    app.get("/", ({ background }) => {
      outcomes.push(background.outcome);
      addAll(background, "handler");
    });
    await finish(app);
    expect(outcomes).toEqual([undefined, { status: 200 }, { status: 200 }]);
  });
});
