import { setTimeout as sleep } from "node:timers/promises";

import {
  body,
  file,
  form,
  header,
  HTTPException,
  int,
  path,
  query,
  type HandlerContext,
  type Inputs,
  type Resolved,
} from "afterwork";
import { z } from "zod";

import { context, runOfContext } from "./context.ts";
import { setStore, storedTask, type StoreState } from "./engine.ts";
import { guard, journal, pool, refusing, session, trace } from "./injected-dependencies.ts";

/** What an injected handler is called with, whatever its inputs are. */
export type InjectedContext<Native> = HandlerContext & { readonly native: Native };

/** A route whose handler is `work.inject(route.inputs, route.handler)`. */
export interface InjectedRoute<Native> {
  readonly method: "GET" | "POST";
  /** With parameters in the way of Express: `/injected/item/:id`. */
  readonly path: string;
  readonly inputs: {};
  readonly handler: (context: InjectedContext<Native>) => unknown;
}

const person = z.object({ name: z.string(), age: z.number().int() });

/**
 * The routes of a site with inputs. `answer` answers 200 with the JSON `{"native":true}` by the framework's own objects, in
 * the way that its users do, and returns what they would.
 */
export function injectedRoutes<Native>(answer: (native: Native) => unknown): readonly InjectedRoute<Native>[] {
  const routes = new Routes<Native>();
  addAnswers(routes);
  addBodies(routes);
  addScopes(routes);
  addStreams(routes);
  addTasks(routes);
  routes.get("/injected/native", { session, trace, journal }, ({ journal, native, background }) => {
    background.addTask(() => journal.note("task"));
    journal.note("handler");
    return answer(native);
  });
  return routes.all;
}

function addAnswers<Native>({ get }: Routes<Native>): void {
  get("/injected/item/:id", { id: path(int), tags: query.all("tag"), token: header("x-token") }, (item) => {
    const { id, tags, token } = item;
    return { id, tags, token };
  });
  get("/injected/nothing", {}, () => undefined);
  get("/injected/draft", {}, ({ response }) => {
    response.status = 202;
    response.headers.set("x-user", "set by the handler");
    response.cookie("theme", "dark");
    return { accepted: true };
  });
  get("/injected/response", {}, () => {
    return new Response("a response of its own", { status: 418, headers: { "x-user": "set by the handler" } });
  });
}

function addBodies<Native>({ post }: Routes<Native>): void {
  for (const place of ["/injected", "/parsed"]) {
    post(`${place}/body`, { person: body(person) }, ({ person }) => person);
    post(`${place}/form`, { name: form(), age: form(int) }, ({ name, age }) => ({ name, age }));
  }
  post("/injected/upload", { journal, paper: file() }, ({ journal, paper, background }) => {
    background.addTask(async () => journal.note(`task reads ${await paper.text()}`));
    return { filename: paper.filename };
  });
  post("/injected/guarded/:id", { guard, id: path(int), person: body(person) }, ({ id }) => ({ id }));
}

function addScopes<Native>({ get }: Routes<Native>): void {
  get("/injected/scopes", { session, trace, journal }, ({ session, trace, journal, background }) => {
    background.addTask(() => journal.note(`task: session ${session.isOpen}, trace ${trace.isOpen}`));
    journal.note("handler");
    return { session: session.isOpen };
  });
  get("/injected/failing", { session, trace, journal, by: query() }, ({ journal, by, background }) => {
    background.addTask(() => journal.note("task of success"));
    background.onFailure.addTask(() => journal.note("task of failure"));
    if (by === "http") throw new HTTPException(409, "taken", { "x-reason": "by the handler" });
    throw new Error("an injected handler that fails");
  });
}

function addStreams<Native>({ get }: Routes<Native>): void {
  get("/injected/stream", { trace, journal }, ({ trace, journal, background }) => {
    background.addTask(() => journal.note("task of the handler"));
    return (async function* chunks() {
      yield "one ";
      background.addTask(() => journal.note("task of the stream"));
      journal.note(`stream: trace ${trace.isOpen}`);
      yield "two";
    })();
  });
  get("/injected/broken", { trace, journal }, ({ journal, background }) => {
    background.addTask(() => journal.note("task of success"));
    background.onFailure.addTask(() => journal.note("task of failure"));
    return (async function* chunks() {
      yield "one ";
      await sleep(20);
      throw new Error("an injected stream that fails");
    })();
  });
}

function addTasks<Native>({ get }: Routes<Native>): void {
  get("/injected/added", { refusing, journal }, ({ journal, background }) => {
    background.addTask(() => journal.note("task of the handler"));
    return { added: true };
  });
  get("/injected/durable", { run: query(), store: query(), session, journal }, (given) => {
    const { run, store, journal, background } = given;
    setStore(run, store as StoreState);
    background.addTask(storedTask, run);
    background.addTask(() => journal.note("task of success"));
    return { done: true };
  });
  get("/injected/app", { pool, journal }, ({ pool, journal, background }) => {
    background.addTask(async function lengthy() {
      await sleep(300);
      journal.note(`task ends: ${pool.isOpen}`);
    });
    return { pool: pool.isOpen };
  });
  get("/injected/context", { journal }, ({ journal, background }) =>
    context.run(journal.run, async () => {
      await sleep(Math.random() * 5);
      background.addTask(() => journal.note(`task of ${runOfContext()}`));
      return { context: runOfContext() };
    }),
  );
}

type Define<Native> = <const Names extends Inputs>(
  path: string,
  inputs: Names,
  handler: (context: Resolved<Names> & InjectedContext<Native>) => unknown,
) => void;

/** Keeps each route with the types of its inputs forgotten, as a list has to. */
class Routes<Native> {
  readonly all: InjectedRoute<Native>[] = [];
  readonly get: Define<Native> = (path, inputs, handler) => this.#add("GET", { path, inputs, handler });
  readonly post: Define<Native> = (path, inputs, handler) => this.#add("POST", { path, inputs, handler });

  #add(
    method: "GET" | "POST",
    route: { readonly path: string; readonly inputs: {}; readonly handler: (context: never) => unknown },
  ): void {
    this.all.push({ method, ...route } as InjectedRoute<Native>);
  }
}
