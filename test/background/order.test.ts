import { App, HTTPException, depends, serve } from "afterwork";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ask } from "../dependencies/ask.ts";
import { Gate, tryHandler } from "./trial.ts";

describe("tasks of a request", () => {
  test("run in the order they were added, each when the one before it has ended", async () => {
    const events: string[] = [];
    const later = (name: string) => async () => {
      events.push(`${name} starts`);
      await turn();
      events.push(`${name} ends`);
    };
    const trial = tryHandler(({ background }) => {
      background.addTask(later("a"));
      background.addTask(() => void events.push("b"));
      background.addTask(later("c"));
      events.push("handler");
    });
    await trial.run();
    expect(events).toEqual(["handler", "a starts", "a ends", "b", "c starts", "c ends"]);
  });

  test("from app, guard, sub-dependency, dependency and handler are one list in the order of resolution", async () => {
    const events: string[] = [];
    const adding = (name: string) => (context: { background: { addTask(work: () => void): unknown } }) =>
      void context.background.addTask(() => void events.push(name));
    const shared = depends(adding("app"));
    const inner = depends(adding("inner"));
    const outer = depends({ inner }, adding("outer"));
    const guard = depends.guard(adding("guard"));
    const app = new App({ inputs: { shared } });
    app.get("/", { outer, guard }, adding("handler"));
    await ask(app);
    await app.close();
    expect(events).toEqual(["guard", "app", "inner", "outer", "handler"]);
  });

  test("start only when the response has been sent", async () => {
    const events: string[] = [];
    const app = new App();
    app.get("/", ({ background }) => {
      background.addTask(() => void events.push("task"));
      return "done";
    });
    await using server = await serve(app, { port: 0, signals: false });
    const response = await fetch(server.url);
    expect(await response.json()).toBe("done");
    await expect.poll(() => events).toEqual(["task"]);
  });

  test("get the arguments of the call, as they are", async () => {
    const seen: unknown[] = [];
    const argument = { deep: [1] };
    const trial = tryHandler(({ background }) => {
      background.addTask((...args: unknown[]) => void seen.push(...args), argument, undefined, "x");
    });
    await trial.run();
    expect(seen).toEqual([argument, undefined, "x"]);
    expect(seen[0]).toBe(argument);
  });

  test("of one request don't wait for those of another", async () => {
    const gate = new Gate();
    let requests = 0;
    const second = Promise.withResolvers<void>();
    const trial = tryHandler(({ background }) => {
      background.addTask(++requests === 1 ? gate.pass : second.resolve);
    });
    await trial.send();
    await gate.reached;
    await trial.send();
    await second.promise;
    gate.open();
    await trial.app.close();
  });

  test("run for whatever status is returned, and for a response of one's own", async () => {
    let ran = 0;
    const app = new App();
    const add = ({ background }: { background: { addTask(work: () => void): unknown } }): void =>
      void background.addTask(() => void ran++);
    app.get("/404", { gone: depends(add) }, () => new Response("no", { status: 404 }));
    app.get("/307", { gone: depends(add) }, () => Response.redirect("http://elsewhere.example/", 307));
    app.get("/204", { gone: depends(add) }, ({ response }) => void (response.status = 204));
    app.get("/500", { gone: depends(add) }, () => new Response(null, { status: 500 }));
    for (const status of [404, 307, 204, 500]) expect((await ask(app, `/${status}`)).status).toBe(status);
    await app.close();
    expect(ran).toBe(4);
  });

  test("run after HEAD too, whose body nobody reads", async () => {
    let ran = 0;
    const app = new App();
    const stream = async function* (): AsyncGenerator<string> {
      yield "chunk";
    };
    app.get("/plain", { task: depends(({ background }) => void background.addTask(() => void ran++)) }, () => "x");
    app.get("/stream", { task: depends(({ background }) => void background.addTask(() => void ran++)) }, stream);
    for (const path of ["/plain", "/stream"]) expect((await ask(app, path, { method: "HEAD" })).body).toBe("");
    await app.close();
    expect(ran).toBe(2);
  });
});

describe("concurrent()", () => {
  test("lets tasks run side by side, from there on", async () => {
    const gates = [new Gate(), new Gate()];
    const events: string[] = [];
    const trial = tryHandler(({ background }) => {
      background.addTask(() => void events.push("before"));
      background.concurrent();
      for (const gate of gates) background.addTask(gate.pass);
    });
    await trial.send();
    await Promise.all(gates.map((gate) => gate.reached));
    expect(events).toEqual(["before"]);
    for (const gate of gates) gate.open();
    await trial.app.close();
  });

  test("can be chained", async () => {
    const trial = tryHandler(({ background }) => background.concurrent().addTask(() => 1).name);
    expect((await trial.run()).body).toBe("anonymous function");
  });

  test("keeps request scope open until the last of them has ended", async () => {
    const events: string[] = [];
    const gates = [new Gate(), new Gate()];
    const app = new App();
    const session = depends.request(function* () {
      yield 1;
      events.push("closed");
    });
    app.get("/", { session }, ({ background }) => {
      background.concurrent();
      for (const [index, gate] of gates.entries()) {
        background.addTask(() => gate.pass().then(() => events.push(`task ${index}`)));
      }
    });
    await ask(app);
    await Promise.all(gates.map((gate) => gate.reached));
    for (const gate of gates.toReversed()) gate.open();
    await app.close();
    expect(events).toEqual(["task 1", "task 0", "closed"]);
  });
});

describe("a failed request", () => {
  const events: string[] = [];
  const say = (text: string) => () => void events.push(text);

  test("runs what was added for always and for failure, in order, and tells them the outcome", async () => {
    events.length = 0;
    const error = new HTTPException(409, "Taken");
    const trial = tryHandler(({ background }) => {
      background.onFailure.addTask(() => void events.push(`failure ${background.outcome?.status}`));
      background.addTask(say("success"));
      background.always.addTask(() => void events.push(`always ${background.outcome?.error === error}`));
      events.push(`handler ${typeof background.outcome}`);
      throw error;
    });
    expect((await trial.run()).status).toBe(409);
    expect(events).toEqual(["handler undefined", "failure 409", "always true"]);
  });

  test("that did not fail runs nothing that was added for failure", async () => {
    events.length = 0;
    const trial = tryHandler(({ background }) => {
      background.onFailure.addTask(say("failure"));
      background.addTask(() => void events.push(JSON.stringify(background.outcome)));
      background.always.addTask(say("always"));
      return new Response("nope", { status: 503 });
    });
    await trial.run();
    expect(events).toEqual(['{"status":503}', "always"]);
  });

  test("by way of a later dependency drops what an earlier one added", async () => {
    events.length = 0;
    const app = new App();
    const first = depends(({ background }) => void background.addTask(say("first")));
    const second = depends({ first }, () => {
      throw new HTTPException(400, "No");
    });
    app.get("/", { second }, () => "never");
    expect((await ask(app)).status).toBe(400);
    await app.close();
    expect(events).toEqual([]);
  });

  test("runs what an error handler, a catch or a generator adds after the failure", async () => {
    events.length = 0;
    const app = new App();
    const session = depends(async function* ({ background }) {
      try {
        yield 1;
      } finally {
        background.addTask(say("generator"));
      }
    });
    app.onError(RangeError, (_error, { background }) => {
      background.addTask(say("error handler"));
      return "handled";
    });
    app.get("/", { session }, ({ background }) => {
      background.addTask(say("before"));
      throw new RangeError("x");
    });
    expect(await ask(app)).toMatchObject({ status: 500, body: "handled" });
    await app.close();
    expect(events).toEqual(["generator", "error handler"]);
  });

  test("never runs a job that was cancelled after the failure", async () => {
    events.length = 0;
    const app = new App();
    const cancel: (() => void)[] = [];
    app.onError(RangeError, () => cancel[0]?.());
    app.get("/", ({ background }) => {
      const job = background.always.addTask(say("always"));
      cancel.push(() => void job.cancel());
      throw new RangeError("x");
    });
    await ask(app);
    await app.close();
    expect(events).toEqual([]);
  });
});
