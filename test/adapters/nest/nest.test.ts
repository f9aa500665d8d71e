import "reflect-metadata";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";

import { Inject, Injectable, Module, type DynamicModule, type INestApplication } from "@nestjs/common";
import { NestFactory, type AbstractHttpAdapter } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { depends, type Log } from "afterwork";
import { Afterwork, AfterworkModule } from "afterwork/nestjs";
import { TestClient } from "afterwork/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { compileProject, type CompiledProject } from "../../support/compiled-project.ts";
import { Notes } from "../notes.ts";
import { sessionOf } from "../session.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";

/** The types of a project with decorators can't be asked for where these are refused. */
interface ShopFile {
  shopModule(shop: object, work: readonly DynamicModule[]): DynamicModule;
  impossibleModule(work: DynamicModule): DynamicModule;
  misuse(): void;
}

const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };
let project: CompiledProject;
let file: ShopFile;

beforeAll(async () => {
  project = await compileProject(fileURLToPath(new URL("app/tsconfig.json", import.meta.url)));
  file = (await import(project.url("shop-module.ts"))) as ShopFile;
}, 60_000);
afterAll(() => project.remove());

/** An application that listens until the test ends. */
async function listen(root: DynamicModule, platform: AbstractHttpAdapter = new ExpressAdapter(), logger?: object) {
  const app = await NestFactory.create(root, platform, { logger: (logger as never) ?? false, abortOnError: false });
  onTestFinished(() => app.close());
  await app.listen(0, "127.0.0.1");
  return { app, url: await app.getUrl() };
}

interface OpenShop {
  readonly app: INestApplication;
  readonly url: string;
  readonly notes: Notes;
  readonly engine: SwitchedEngine;
}

async function openShop(platform?: AbstractHttpAdapter): Promise<OpenShop> {
  const notes = new Notes();
  const engine = new SwitchedEngine();
  const shop = { note: (line: string) => notes.add(line), session: sessionOf(notes), storedTask };
  const work = AfterworkModule.forRoot({ engine, work: false, log: silent });
  return { ...(await listen(file.shopModule(shop, [work]), platform)), notes, engine };
}

function post(url: string, sent: object): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(sent) });
}

describe.each([
  ["Express", () => new ExpressAdapter()],
  ["Fastify", () => new FastifyAdapter()],
] as const)("on %s", (_name, platform) => {
  test("a parameter is given its inputs, and what they opened closes before the answer", async () => {
    const { url, notes } = await openShop(platform());
    const response = await post(`${url}/items/7`, { name: "Kidnapped" });
    expect([response.status, await response.json()]).toEqual([
      202,
      { id: 7, item: { name: "Kidnapped" }, session: "open" },
    ]);
    expect([response.headers.get("x-item"), response.headers.get("set-cookie")]).toEqual(["7", "seen=yes; Path=/"]);
    expect(await notes.until("task")).toEqual(["method: create of ShopController", "commit", "task"]);
  });

  test("invalid input is answered with all faults, and the method is not called", async () => {
    const { url, notes } = await openShop(platform());
    const response = await post(`${url}/items/seven`, {});
    expect(response.status).toBe(422);
    const { detail } = (await response.json()) as { detail: readonly { loc: readonly string[] }[] };
    expect(detail.map(({ loc }) => loc.join("."))).toEqual(["path.id", "body.name"]);
    expect(notes.lines).toEqual([]);
  });

  test("two parameters have inputs of their own", async () => {
    const { url, notes } = await openShop(platform());
    const response = await fetch(`${url}/two?name=Ada&age=36`);
    expect(await response.json()).toEqual({ name: "Ada", age: 36 });
    expect(notes.lines).toEqual(["commit", "commit"]);
  });

  test("where one of two parameters is refused, what the other opened is rolled back", async () => {
    const { url, notes } = await openShop(platform());
    expect((await fetch(`${url}/two?name=Ada&age=old`)).status).toBe(422);
    expect(notes.lines).toEqual([expect.stringMatching(/^rollback: /)]);
  });

  test("an HTTPException is answered as in an app, with its headers", async () => {
    const { url, notes } = await openShop(platform());
    for (const response of [await fetch(`${url}/mixed/ours`), await post(`${url}/plain/ours`, {})]) {
      expect([response.status, await response.json()]).toEqual([402, { detail: "no money" }]);
      expect(response.headers.get("x-price")).toBe("7");
    }
    expect(await notes.until("task of failure: 402")).toEqual(["rollback: no money", "task of failure: 402"]);
  });

  test("an exception of Nest's is Nest's to answer, and a failure", async () => {
    const { url, notes } = await openShop(platform());
    const response = await fetch(`${url}/mixed/nest`);
    expect([response.status, await response.json()]).toMatchObject([409, { message: "taken", statusCode: 409 }]);
    expect(await notes.until("task of failure: 409")).toEqual(["rollback: taken", "task of failure: 409"]);
  });

  test("any other error is answered 500 by Nest, and a failure", async () => {
    const { url, notes } = await openShop(platform());
    const response = await fetch(`${url}/mixed/unknown`);
    expect([response.status, await response.json()]).toMatchObject([500, { message: "Internal server error" }]);
    expect(await notes.until("task of failure: 500")).toEqual(["rollback: secret", "task of failure: 500"]);
  });

  test("a value that can't be sent is a failure, as its status tells", async () => {
    const { app, url, notes } = await openShop(platform());
    expect((await post(`${url}/plain/circular`, {})).status).toBe(500);
    await app.get(Afterwork).idle();
    expect(notes.lines).toEqual([]);
  });

  test("when the store is down, 503 is answered and nothing committed is said to have worked", async () => {
    const { url, engine } = await openShop(platform());
    expect((await post(`${url}/stored`, {})).status).toBe(201);
    engine.isDown = true;
    const response = await post(`${url}/stored`, {});
    expect([response.status, await response.json()]).toEqual([503, { detail: "Service Unavailable" }]);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(engine.stored).toBe(1);
  });

  test("a guard adds tasks by the adapter that is injected into it", async () => {
    const { url, notes } = await openShop(platform());
    expect((await fetch(`${url}/guarded`)).status).toBe(200);
    expect(await notes.until("task of the guard")).toEqual(["task of the guard"]);
  });

  test("an exception filter of the user's sees what the package would answer, and its cause", async () => {
    const { url, notes } = await openShop(platform());
    const response = await fetch(`${url}/filtered/b`);
    expect([response.status, await response.json()]).toEqual([422, { filtered: true }]);
    expect(notes.lines).toEqual([expect.stringMatching(/^filter: 422 \{"detail":\[.*RequestValidationError?/)]);
  });

  test("the last value of an observable is sent, and one that breaks is a failure", async () => {
    const { url, notes } = await openShop(platform());
    expect(await (await fetch(`${url}/observable`)).json()).toEqual({ last: true });
    await notes.until("task");
    expect((await fetch(`${url}/observable/broken`)).status).toBe(500);
    expect(await notes.until("task of failure")).toEqual(["task", "task of failure"]);
  });

  test("server-sent events are sent with inputs closed, and followed by tasks", async () => {
    const { url, notes } = await openShop(platform());
    const text = await (await fetch(`${url}/events`)).text();
    expect(text).toContain("data: one");
    expect(text).toContain("data: two");
    expect(await notes.until("task")).toEqual(["commit", "task"]);
  });
});

test("forRootAsync makes the options of what it injects", async () => {
  const engine = new SwitchedEngine();
  const Config = Symbol("config");
  class ConfigModule {}
  Module({ providers: [{ provide: Config, useValue: { engine } }], exports: [Config] })(ConfigModule);
  const work = AfterworkModule.forRootAsync({
    imports: [ConfigModule],
    inject: [Config],
    useFactory: (config: { engine: SwitchedEngine }) => ({ engine: config.engine, work: false }),
  });
  const { app } = await listen({ module: class Root {}, imports: [work] });
  expect(app.get(Afterwork).engine).toBe(engine);
  expect(app.get(Afterwork).ready).toBe(true);
});

test("any provider may ask for the adapter", async () => {
  class Probe {
    readonly work: Afterwork;

    constructor(work: Afterwork) {
      this.work = work;
    }
  }
  Injectable()(Probe);
  Inject(Afterwork)(Probe, undefined, 0);
  const { app } = await listen({ module: class Root {}, imports: [AfterworkModule.forRoot({})], providers: [Probe] });
  expect(app.get(Probe).work).toBe(app.get(Afterwork));
});

test("a standalone application starts with app scope open, and closes it", async () => {
  const notes = new Notes();
  const pool = depends.app(async function* pool() {
    notes.add("opens");
    yield {};
    notes.add("closes");
  });
  class Root {
    constructor(work: Afterwork) {
      work.inject({ pool }, () => {});
    }
  }
  Inject(Afterwork)(Root, undefined, 0);
  const root = { module: Root, imports: [AfterworkModule.forRoot({})] };
  const context = await NestFactory.createApplicationContext(root, { logger: false });
  expect(notes.lines).toEqual(["opens"]);
  await context.close();
  expect(notes.lines).toEqual(["opens", "closes"]);
});

test("without the module, a request is answered 500, and the log says what to import", async () => {
  const notes = new Notes();
  const shop = { note: () => {}, session: sessionOf(notes), storedTask };
  const { shopModule } = file;
  const root = shopModule(shop, []);
  const error = (thrown: Error): void => notes.add(thrown.message);
  const { url } = await listen(
    { ...root, providers: [{ provide: Afterwork, useValue: undefined }, ...(root.providers ?? [])] },
    new ExpressAdapter(),
    { error, warn() {}, log() {} },
  );
  expect((await fetch(`${url}/observable`)).status).toBe(500);
  expect(notes.lines.join()).toContain("AfterworkModule.forRoot({ … }) among the imports");
});

test("inputs that are none are refused when the class is defined", () => {
  expect(() => file.misuse()).toThrow('expected inputs to be an object, got "id"');
});

test("inputs that can't be are refused when the application starts, by the name of the method", async () => {
  const root = file.impossibleModule(AfterworkModule.forRoot({}));
  await expect(listen(root)).rejects.toThrow("inject(ImpossibleController.post)");
});

test("an option that does not exist is refused, with the nearest", async () => {
  const work = AfterworkModule.forRoot({ engin: undefined } as never);
  await expect(listen({ module: class Root {}, imports: [work] })).rejects.toThrow('did you mean "engine"?');
});

test("the test client watches the tasks of an application", async () => {
  const { app } = await openShop();
  const work = app.get(Afterwork);
  await using client = new TestClient(work, { target: app.getHttpServer() as Server });
  expect((await client.get("/observable")).json()).toEqual({ last: true });
  expect(client.tasks).toMatchObject([{ status: "succeeded" }]);
});
