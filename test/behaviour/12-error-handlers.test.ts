import { App, depends, HTTPException, RequestValidationError, int, query } from "afterwork";
import { describe, expect, test } from "vitest";

import { listen } from "./support/listen.ts";

class OrderError extends Error {}
class StockError extends OrderError {}

describe("12: an exception handler's response may carry tasks", () => {
  test("they run after it, and those that were added before the failure don't", async () => {
    const steps: string[] = [];
    const app = new App()
      .get("/", ({ background }) => {
        background.addTask(() => void steps.push("never"));
        throw new OrderError("refused");
      })
      .onError(OrderError, (error, { background, response }) => {
        background.addTask(async () => {
          steps.push(`told of ${error.message}: ${background.outcome?.status}`);
        });
        response.status = 409;
        return { refused: true };
      });
    const server = await listen(app);
    const response = await fetch(server.url);
    expect([response.status, await response.json()]).toEqual([409, { refused: true }]);
    await server.close();
    expect(steps).toEqual(["told of refused: 409"]);
  });

  test.each([
    ["a Response of its own", () => new Response("own", { status: 418 }), 418],
    ["a plain value", () => ({ own: true }), 500],
    ["nothing", () => undefined, 500],
    ["an error of its own", () => Promise.reject(new HTTPException(410)), 410],
  ])("whatever it returns: %s", async (_name, answer, status) => {
    const steps: string[] = [];
    const app = new App()
      .get("/", () => {
        throw new StockError("none");
      })
      .onError(OrderError, (_error, { background }) => {
        background.addTask(() => void steps.push("task"));
        return answer();
      });
    const server = await listen(app);
    expect((await fetch(server.url)).status).toBe(status);
    await server.close();
    expect(steps).toEqual(["task"]);
  });

  test("handlers for the framework's own errors: HTTPException and invalid input", async () => {
    const steps: string[] = [];
    const app = new App()
      .get("/", { n: query(int) }, ({ n }) => {
        throw new HTTPException(402, String(n));
      })
      .onError(HTTPException, (error, { background, response }) => {
        background.addTask(() => void steps.push(`exception ${error.status}`));
        response.status = error.status;
      })
      .onError(RequestValidationError, (error, { background, response }) => {
        background.addTask(() => void steps.push(`faults ${error.faults.length}`));
        response.status = 400;
      });
    const server = await listen(app);
    expect((await fetch(`${server.url}/?n=1`)).status).toBe(402);
    expect((await fetch(`${server.url}/?n=x`)).status).toBe(400);
    await server.close();
    expect(steps.toSorted()).toEqual(["exception 402", "faults 1"]);
  });

  test("tasks added in the catch of a dependency run as well", async () => {
    const steps: string[] = [];
    const session = depends(async function* ({ background }) {
      try {
        yield "session";
      } catch (error) {
        background.addTask(() => void steps.push(`rolled back: ${(error as Error).message}`));
        throw error;
      }
    });
    const app = new App().get("/", { session }, ({ background }) => {
      background.addTask(() => void steps.push("never"));
      throw new HTTPException(409, "taken");
    });
    const server = await listen(app);
    expect((await fetch(server.url)).status).toBe(409);
    await server.close();
    expect(steps).toEqual(["rolled back: taken"]);
  });
});
