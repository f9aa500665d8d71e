import { AsyncLocalStorage } from "node:async_hooks";

import { App, depends, HTTPException, task } from "afterwork";
import { TestClient } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";

class OrderError extends Error {}

const steps: string[] = [];
const mail = depends(() => ({ send: (to: string) => void steps.push(`sent to ${to}`) }));
const notify = task("notify", { deps: { mail } }, async ({ mail }, to: string) => {
  await new Promise(setImmediate);
  mail.send(to);
});

function shop(): App {
  steps.length = 0;
  return new App()
    .post("/orders", ({ background }) => {
      background.addTask(notify, "alice");
      background.addTask(async function index(id: number) {
        steps.push(`indexed ${id}`);
        background.addTask(() => void steps.push("nested"));
      }, 7);
      return { ordered: true };
    })
    .post("/broken-task", ({ background }) => {
      background.addTask(function charge() {
        throw new OrderError("card refused");
      });
      background.addTask(() => void steps.push("after the broken one"));
      return "accepted";
    })
    .post("/two-broken-tasks", ({ background }) => {
      for (const name of ["first", "second"]) {
        background.addTask(async () => {
          throw new OrderError(name);
        });
      }
    })
    .post("/refused", ({ background }) => {
      background.addTask(() => void steps.push("never"));
      throw new HTTPException(409, "taken");
    });
}

describe("23: the test client waits for tasks and shows them (mode run)", () => {
  test("they have run when the call returns, nested ones included, and the response came before them", async () => {
    await using client = new TestClient(shop());
    const response = await client.post("/orders");
    expect([response.status, response.json()]).toEqual([200, { ordered: true }]);
    expect(steps).toEqual(["sent to alice", "indexed 7", "nested"]);
    expect(client.tasks.map(({ name, args, status, error }) => [name, args, status, error])).toEqual([
      ["notify", ["alice"], "succeeded", undefined],
      ["index", [7], "succeeded", undefined],
      ["anonymous function", [], "succeeded", undefined],
    ]);
  });

  test("slow ones too; the tasks of several calls stand in the order of the calls", async () => {
    const mayEnd = makeGate();
    const app = new App()
      .get(
        "/slow",
        ({ background }) =>
          void background.addTask(async function slow() {
            await mayEnd.passed;
          }),
      )
      .get("/quick", ({ background }) => void background.addTask(function quick() {}));
    await using client = new TestClient(app);
    let returned = false;
    const slow = client.get("/slow").then(() => (returned = true));
    await client.get("/quick");
    expect(returned).toBe(false);
    mayEnd.open();
    await slow;
    expect(client.tasks.map(({ name, status }) => [name, status])).toEqual([
      ["slow", "succeeded"],
      ["quick", "succeeded"],
    ]);
  });

  test("those of a failed request are shown as what they are: dropped", async () => {
    await using client = new TestClient(shop());
    expect((await client.post("/refused")).status).toBe(409);
    expect(client.tasks.map(({ status }) => status)).toEqual(["cancelled"]);
    expect(steps).toEqual([]);
  });

  test("those of a stream run when its end is told, those of HEAD as well", async () => {
    const app = new App().get("/", ({ background }) => {
      background.addTask(() => void steps.push("task"));
      return (async function* () {
        yield "chunk";
      })();
    });
    steps.length = 0;
    await using client = new TestClient(app);
    expect((await client.get("/")).text()).toBe("chunk");
    expect(steps).toEqual(["task"]);
    const { response, done } = await client.stream("GET", "/");
    expect(await response.text()).toBe("chunk");
    expect(steps).toEqual(["task"]);
    await done();
    expect(steps).toEqual(["task", "task"]);
    await client.head("/");
    expect(steps).toHaveLength(3);
  });

  test("overrides reach its tasks, and are undone with the client", async () => {
    const app = shop();
    {
      await using client = new TestClient(app);
      client.override(mail, () => ({ send: (to: string) => void steps.push(`pretended to ${to}`) }));
      await client.post("/orders");
    }
    expect(steps[0]).toBe("pretended to alice");
    steps.length = 0;
    await using client = new TestClient(app);
    await client.post("/orders");
    expect(steps[0]).toBe("sent to alice");
  });

  test("the asynchronous context of the test is that of its tasks", async () => {
    const current = new AsyncLocalStorage<string>();
    const app = new App().get("/", ({ background }) => {
      background.addTask(() => void steps.push(String(current.getStore())));
    });
    steps.length = 0;
    await using client = new TestClient(app);
    await current.run("of the test", () => client.get("/"));
    expect(steps).toEqual(["of the test"]);
  });
});

describe("23: it raises a task's error unless told not to", () => {
  test("the very error, after the other tasks have run", async () => {
    await using client = new TestClient(shop());
    await expect(client.post("/broken-task")).rejects.toBeInstanceOf(OrderError);
    expect(steps).toEqual(["after the broken one"]);
    expect(client.tasks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "charge failed",
      "anonymous function succeeded",
    ]);
    expect(client.tasks[0]?.error).toBeInstanceOf(OrderError);
  });

  test("two of them together", async () => {
    await using client = new TestClient(shop());
    const raised: unknown = await client.post("/two-broken-tasks").catch((error: unknown) => error);
    expect(raised).toBeInstanceOf(AggregateError);
    expect((raised as AggregateError).errors.map(String)).toEqual(["Error: first", "Error: second"]);
  });

  test("told not to: the response is returned, the task shows its error, listeners are told", async () => {
    const app = shop();
    const reports: string[] = [];
    app.on("taskFailed", ({ name }) => reports.push(name));
    await using client = new TestClient(app, { raiseTaskErrors: false });
    const response = await client.post("/broken-task");
    expect([response.status, response.json()]).toEqual([200, "accepted"]);
    expect(client.tasks[0]).toMatchObject({ name: "charge", status: "failed", error: { message: "card refused" } });
    expect(reports).toEqual(["charge"]);
  });
});

describe("23: the modes record and skip", () => {
  test("record: shown with name and arguments, and never run", async () => {
    await using client = new TestClient(shop(), { mode: "record" });
    expect((await client.post("/orders")).json()).toEqual({ ordered: true });
    expect(client.tasks.map(({ name, args, status }) => [name, args, status])).toEqual([
      ["notify", ["alice"], "recorded"],
      ["index", [7], "recorded"],
    ]);
    await client.settled();
    expect(steps).toEqual([]);
  });

  test("skip: neither run nor shown", async () => {
    await using client = new TestClient(shop(), { mode: "skip" });
    expect((await client.post("/orders")).json()).toEqual({ ordered: true });
    await client.post("/broken-task");
    await client.settled();
    expect([client.tasks, steps]).toEqual([[], []]);
  });

  test("what can't be added is refused in every mode", async () => {
    for (const mode of ["run", "record", "skip"] as const) {
      const app = new App().get("/", ({ background }) => {
        background.addTask(Promise.resolve() as unknown as () => void);
      });
      await using client = new TestClient(app, { mode });
      await expect(client.get("/")).rejects.toMatchObject({ code: "INVALID_WORK" });
    }
  });
});
