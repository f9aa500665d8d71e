import { App, DependencyCycleError, depends, task, type Dependency } from "afterwork";
import { expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";
import { ask } from "./ask.ts";

type Made = Dependency<unknown, "function", false>;
type Define = (inputs: Record<string, Made>, provide: () => string) => Made;

/** Inputs are an object, and objects can be changed: what ties the knot comes after the definitions. */
function openKnot(define: unknown = depends): { egg: Made; hen: Made; tie: () => void } {
  const inputs: Record<string, Made> = {};
  const egg = (define as Define)(inputs, () => "egg");
  const hen = (define as Define)({ egg }, () => "hen");
  return { egg, hen, tie: () => void (inputs["hen"] = hen) };
}

/** Two dependencies that need each other. */
function knot(define?: unknown): { egg: Made; hen: Made } {
  const { tie, ...made } = openKnot(define);
  tie();
  return made;
}

test("dependencies that need each other are refused by the route, with the path round", () => {
  const { hen } = knot();
  expect(() => new App().get("/", { hen }, () => "never")).toThrow(new DependencyCycleError(["hen", "egg", "hen"]));
  expect(new DependencyCycleError(["hen", "egg", "hen"]).message).toBe("dependencies need each other: hen → egg → hen");
});

test("the path begins where the circle does, not at the route", () => {
  const { egg, tie } = openKnot();
  const farm = depends({ egg }, () => "farm");
  tie();
  expect(() => new App().get("/", { farm }, () => "never")).toThrow("dependencies need each other: egg → hen → egg");
});

test("a dependency that needs itself is refused", () => {
  const inputs: Record<string, Made> = {};
  const snake = (depends as unknown as Define)(inputs, () => "snake");
  inputs["tail"] = snake;
  expect(() => new App().get("/", { snake }, () => "never")).toThrow(/need each other: snake → tail$/);
});

test("guards in a circle are refused as well", () => {
  const { hen } = knot(depends.guard);
  expect(() => new App().get("/", { hen }, () => "never")).toThrow(DependencyCycleError);
});

test("a task is refused where it is defined", () => {
  const { egg } = knot();
  expect(() => task("hatch", { deps: { egg } }, () => {})).toThrow(DependencyCycleError);
});

test("a dependency defined on top of a circle is refused where it is defined", () => {
  const { egg } = knot();
  expect(() => depends({ egg }, () => "omelette")).toThrow(DependencyCycleError);
});

test("an override that needs what it replaces is a circle, and the request says so", async () => {
  const log = new MemoryLog();
  const app = new App({ log });
  const session = depends(() => "real");
  app.get("/", { session }, ({ session }) => session);
  const undo = app.override(
    session,
    depends({ original: session }, ({ original }) => `wrapped ${original}`),
  );
  expect(await ask(app)).toMatchObject({ status: 500, body: { detail: "Internal Server Error" } });
  expect(log.lines).toMatchObject([
    { level: "error", fields: { error: { code: "DEPENDENCY_CYCLE", details: { path: ["session", "original"] } } } },
  ]);
  undo();
  expect(await ask(app)).toMatchObject({ status: 200, body: "real" });
});

test("an override that makes a task's dependencies a circle fails the task, not the request", async () => {
  const app = new App();
  const session = depends(() => "real");
  const audit = task("audit", { deps: { session } }, () => {});
  const failures: unknown[] = [];
  app.on("taskFailed", ({ name, error }) => failures.push([name, (error as DependencyCycleError).code]));
  app.get("/", ({ background }) => void background.addTask(audit));
  app.override(
    session,
    depends({ session }, ({ session }) => session),
  );
  expect((await ask(app)).status).toBe(200);
  await app.close();
  expect(failures).toEqual([["audit", "DEPENDENCY_CYCLE"]]);
});

test("the same dependency on two branches is no circle", async () => {
  const base = depends(() => 1);
  const left = depends({ base }, ({ base }) => base);
  const right = depends({ base, left }, ({ base, left }) => base + left);
  const app = new App();
  app.get("/", { right, left, base }, ({ right }) => right);
  expect(await ask(app)).toMatchObject({ body: 2 });
});
