import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerResponse } from "node:http";

import type { App, Engine, TaskSucceeded } from "afterwork";

import { printer } from "./printer.ts";

/** A task that has ended. */
export interface EndedTask {
  readonly name: string;
  readonly ok: boolean;
  readonly attempts: number;
  /** Since the response was sent. */
  readonly ms: number;
}

/** The request with this header is not shown. */
export const quietHeader = "x-demo-quiet";
/**
 * The request with this header can be followed under the header's value, which its durable jobs bear as well.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export const followHeader = "traceparent";

/** One request: when its response was sent, and how its tasks ended since. */
class Entry {
  readonly #changed = new EventTarget();
  readonly ended: EndedTask[] = [];
  sentAt: number | undefined;

  send(at: number): void {
    this.sentAt = at;
    this.#changed.dispatchEvent(new Event("change"));
  }

  end(task: EndedTask): void {
    this.ended.push(task);
    this.#changed.dispatchEvent(new Event("change"));
  }

  /** Resolves when `holds` does; `false` when it still does not after the time given. */
  until(holds: () => boolean, withinMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), withinMs);
    const look = (): void => {
      if (holds()) resolve(true);
    };
    this.#changed.addEventListener("change", look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#changed.removeEventListener("change", look);
    });
  }
}

/** A durable job that has been started: by a worker, which knows nothing of the request but its trace. */
interface DurableTask {
  readonly entry: Entry | undefined;
  /** When it was first due. */
  readonly startedAt: number;
}

/** Shows each request when its response has really been sent, and its tasks as they end. */
export class Timeline {
  readonly #current = new AsyncLocalStorage<Entry>();
  readonly #followed = new Map<string, Entry>();
  readonly #durable = new Map<string, DurableTask>();

  watch(app: App, engine: Engine): void {
    app.use((context, next) => {
      const entry = this.#entryOf(context.req.header(followHeader));
      const startedAt = performance.now();
      const { outgoing } = context.env as { outgoing: ServerResponse };
      outgoing.once("close", () => {
        entry.send(performance.now());
        const shown = context.req.header(quietHeader) === undefined && !context.req.path.startsWith("/docs/");
        const { method, path } = context.req;
        if (shown) printer.request({ method, path, status: outgoing.statusCode, ms: performance.now() - startedAt });
      });
      // The events of its tasks come in this context, however long after the request.
      return this.#current.run(entry, next);
    });
    engine.on("jobStarted", ({ id, trace, waitedMs }) => {
      const startedAt = this.#durable.get(id)?.startedAt ?? performance.now() - waitedMs;
      this.#durable.set(id, { startedAt, entry: trace === undefined ? undefined : this.#followed.get(trace) });
    });
    engine.on("jobRetrying", ({ task, attempt, delayMs }) => printer.retry({ name: task, attempt, delayMs }));
    app.on("taskSucceeded", (task) => this.#end(task, true));
    app.on("taskFailed", (task) => this.#end(task, false));
  }

  /** Resolves when a request's response was sent and so many of its tasks have ended. @throws when that takes too long. */
  async follow(id: string, taskCount: number, withinMs: number): Promise<readonly EndedTask[]> {
    const entry = this.#followed.get(id);
    if (entry === undefined) throw new Error("the request never reached the app");
    const complete = await entry.until(() => entry.sentAt !== undefined && entry.ended.length >= taskCount, withinMs);
    this.#followed.delete(id);
    if (complete) return entry.ended;
    const names = entry.ended.map(({ name }) => name).join(", ") || "none";
    throw new Error(`expected ${taskCount} tasks to end within ${withinMs} ms; ended have: ${names}`);
  }

  #entryOf(id: string | undefined): Entry {
    const entry = new Entry();
    if (id !== undefined) this.#followed.set(id, entry);
    return entry;
  }

  #end({ id, name, attempts }: TaskSucceeded, ok: boolean): void {
    const durable = this.#durable.get(id);
    this.#durable.delete(id);
    const entry = durable?.entry ?? this.#current.getStore();
    const now = performance.now();
    const task = { name, ok, attempts, ms: now - (entry?.sentAt ?? durable?.startedAt ?? now) };
    printer.task(task);
    entry?.end(task);
  }
}
