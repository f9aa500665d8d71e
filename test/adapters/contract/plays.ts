import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import type { BackgroundTasks } from "afterwork";

import { empty, json, stream, type Answer } from "./answer.ts";
import { runOfContext } from "./context.ts";
import { setStore, storedTask, type StoreState } from "./engine.ts";
import { allEntries, type Journal } from "./journal.ts";

/** What a play finds. */
export interface Stage {
  readonly background: BackgroundTasks;
  /** The events of this request, by the `run` of its query. */
  readonly journal: Journal;
  /** The query of the request. */
  readonly query: URLSearchParams;
}

/** What a handler does, whatever framework calls it. It may throw. */
export type Play = (stage: Stage) => Answer | Promise<Answer>;

const done = json({ done: true });
const burnMs = 3_000;
const large = "a line that is to be compressed\n".repeat(8_000);

/** The plays by name. A site serves each for GET, HEAD and POST at `/plays/<name>?run=<id>`. */
export const plays: Readonly<Record<string, Play>> = {
  /** What has happened to a run so far. */
  journal: ({ journal }) => json(journal.entries),

  /** What has happened to all runs so far. */
  journals: () => json(allEntries()),

  /** Lets go on what waits for the client of a run. */
  release({ journal }) {
    journal.release();
    return done;
  },

  /** Two tasks, one slow, and one that fails between them. */
  order({ background, journal }) {
    background.addTask(async function first() {
      journal.note("first begins");
      await sleep(50);
      journal.note("first ends");
    });
    background.addTask(async function failing() {
      journal.note("failing");
      await Promise.reject(new Error("a task that fails"));
    });
    background.addTask(() => journal.note("second"));
    return done;
  },

  /** A task that ends when the client says so. */
  slow({ background, journal }) {
    background.addTask(async function slow() {
      journal.note("task begins");
      await journal.released;
      journal.note("task ends");
    });
    return done;
  },

  /** A handler that takes a while, and so does its task. */
  async lengthy({ background, journal }) {
    journal.note("handler begins");
    await sleep(200);
    background.addTask(async function lengthy() {
      await sleep(200);
      journal.note("task ends");
    });
    return done;
  },

  /** A task that keeps the whole process busy until the file `until` is there, behind an answer of `size=large` or a small one. */
  burn({ background, journal, query }) {
    const until = query.get("until") ?? "";
    background.addTask(function burn() {
      const end = performance.now() + burnMs;
      while (!existsSync(until) && performance.now() < end);
      journal.note(existsSync(until) ? "task is let go" : "task gives up");
    });
    return query.get("size") === "large" ? json({ large }) : done;
  },

  /** One task, and a status that is returned: `status=404`, or one that has no body. */
  status({ background, journal, query }) {
    const status = Number(query.get("status") ?? 200);
    background.addTask(() => journal.note(`task after ${background.outcome?.status}`));
    background.onFailure.addTask(() => journal.note("task of a failure"));
    if (status === 204) return empty({ status });
    if (status === 307) return empty({ status, headers: { location: "/plays/status" } });
    return json({ status }, { status });
  },

  /** Tasks that tell in which asynchronous context they run. */
  async context({ background, journal }) {
    background.addTask(() => journal.note(`task of ${runOfContext()}`));
    await sleep(Math.random() * 5);
    background.addTask(async function later() {
      await sleep(1);
      journal.note(`later task of ${runOfContext()}`);
    });
    return json({ run: journal.run });
  },

  /** A task that is added when the response has long been sent, by code that nobody waits for. */
  late({ background, journal }) {
    void journal.released.then(() => {
      background.addTask(() => journal.note("late task"));
    });
    return done;
  },

  /** Adds durable work and tasks of every kind; `store=slow` or `store=down`, `kind=empty` or `kind=large`. */
  durable({ background, journal, query }) {
    setStore(journal.run, (query.get("store") ?? "up") as StoreState);
    background.addTask(storedTask, journal.run);
    addOneOfEach(background, journal);
    const headers = { "x-user": "set by the handler", "cache-control": "max-age=60" };
    if (query.get("kind") === "empty") return empty({ headers });
    return json(query.get("kind") === "large" ? { large } : { done: true }, { headers });
  },

  /** Fails after it has added tasks. */
  async failing({ background, journal }) {
    addOneOfEach(background, journal);
    background.addTask(storedTask, journal.run);
    await sleep(1);
    throw new Error("a handler that fails");
  },

  /** Begins, and goes on when the client says so, which may have gone. */
  async patient({ background, journal }) {
    background.addTask(() => journal.note("task of success"));
    background.onFailure.addTask(() => journal.note("task of failure"));
    journal.note("handler begins");
    await journal.released;
    journal.note("handler ends");
    return done;
  },

  /** Three chunks, and tasks before and between them; `durable=true` adds a stored one, `store=down` refuses it. */
  stream({ background, journal, query }) {
    setStore(journal.run, (query.get("store") ?? "up") as StoreState);
    background.addTask(() => journal.note("task of the handler"));
    background.onFailure.addTask(() => journal.note("task of failure"));
    async function* chunks(): AsyncGenerator<string> {
      yield "one ";
      await sleep(5);
      background.addTask(() => journal.note("task of the stream"));
      if (query.has("durable")) background.addTask(storedTask, journal.run);
      yield "two ";
      await sleep(5);
      journal.note("last chunk");
      yield "three";
    }
    return stream(chunks());
  },

  /** A stream that fails after two chunks. */
  broken({ background, journal }) {
    addOneOfEach(background, journal);
    async function* chunks(): AsyncGenerator<string> {
      yield "one ";
      await sleep(20);
      yield "two ";
      await sleep(20);
      throw new Error("a stream that fails");
    }
    return stream(chunks());
  },

  /** A stream that goes on until nobody reads it any more. */
  endless({ background, journal }) {
    background.addTask(() => journal.note("task"));
    async function* chunks(): AsyncGenerator<string> {
      try {
        for (let count = 0; count < 1_000; count += 1) {
          yield `chunk ${count}\n`;
          await sleep(5);
        }
        journal.note("stream read to its end");
      } finally {
        journal.note("stream ends");
      }
    }
    return stream(chunks());
  },

  /** A stream of large chunks, to be compressed. */
  compressed({ background, journal }) {
    background.addTask(() => journal.note("task"));
    async function* chunks(): AsyncGenerator<string> {
      for (let count = 0; count < 4; count += 1) {
        yield large;
        await sleep(1);
      }
      journal.note("last chunk");
    }
    return stream(chunks());
  },
};

/** A task for success, one for every outcome and one for failure, each of which notes how the request ended. */
function addOneOfEach(background: BackgroundTasks, journal: Journal): void {
  const told = (): string => {
    const { status, error } = background.outcome ?? {};
    return error instanceof Error ? `${status} ${error.message}` : String(status);
  };
  background.addTask(() => journal.note("task of success"));
  background.always.addTask(() => journal.note(`task of always: ${told()}`));
  background.onFailure.addTask(() => journal.note(`task of failure: ${told()}`));
}
