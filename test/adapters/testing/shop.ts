import { depends, Engine, memory, task, type BackgroundTasks, type HostOptions } from "afterwork";

import { MemoryLog } from "../../base/memory-log.ts";

/** What the tasks of the shop have done so far. */
export const steps: string[] = [];

export class OrderError extends Error {}

export const mailer = depends.app(() => ({ send: (to: string) => void steps.push(`mail to ${to}`) }));
const notify = task("notify", { deps: { mailer } }, async ({ mailer }, to: string) => {
  await new Promise(setImmediate);
  mailer.send(to);
});
export const remind = task("remind", { durable: true }, (_context, who: string) => void steps.push(`remind ${who}`));
const collect = task("collect", { durable: true }, () => {
  throw new OrderError("nothing to collect");
});

/** What is behind the paths of the shop; what is returned is sent as JSON, what is thrown is the framework's to answer. */
export const pages: Readonly<Record<string, (background: BackgroundTasks) => object | Promise<object>>> = {
  "/orders"(background) {
    background.addTask(notify, "alice");
    background.addTask(function index(id: number) {
      steps.push(`index ${id}`);
      background.addTask(function nested() {
        steps.push("nested");
      });
    }, 7);
    return { ordered: true };
  },
  "/broken-task"(background) {
    background.addTask(function charge() {
      throw new OrderError("card refused");
    });
    return { accepted: true };
  },
  async "/broken"(background) {
    background.addTask(function never() {
      steps.push("never");
    });
    await new Promise(setImmediate);
    throw new OrderError("no stock");
  },
  "/closed"() {
    throw new OrderError("closed today");
  },
  "/reminders"(background) {
    background.addTask(remind, "ada");
    background.addTask(remind.with({ delay: "1d" }), "ada");
    return { reminded: true };
  },
  "/collections"(background) {
    background.addTask(collect);
    return { collected: true };
  },
};

/** What the adapter under test is made with: an engine whose own store must never be touched. */
export function shopOptions(): HostOptions & { readonly engine: Engine } {
  steps.length = 0;
  const log = new MemoryLog();
  return { engine: new Engine({ store: memory(), tasks: [remind, collect], log }), log };
}
