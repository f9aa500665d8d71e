import { describe } from "../base/options.ts";
import { isPromiseLike } from "../base/promises.ts";
import { isTask } from "../tasks/task.ts";
import { InvalidWorkError } from "../tasks/task-errors.ts";
import { isThreadFunction, threadWork } from "../tasks/thread-function.ts";

const generatorPrototypes: ReadonlySet<unknown> = new Set(
  [function* () {}, async function* () {}].map((generator): unknown => Object.getPrototypeOf(generator)),
);

/**
 * The name under which a work is reported.
 *
 * @throws {InvalidWorkError} when it can't be run.
 */
export function nameOfWork(work: unknown): string {
  if (isTask(work)) return work.name;
  if (typeof work !== "function") throw new InvalidWorkError(`addTask: expected ${wanted}, got ${got(work)}`);
  if (isThreadFunction(work)) return work[threadWork].name;
  if (generatorPrototypes.has(Object.getPrototypeOf(work))) {
    throw new InvalidWorkError(
      `addTask: expected ${wanted}, got the generator function ${work.name}; nothing would pull it`,
    );
  }
  return work.name === "" ? "anonymous function" : work.name;
}

const wanted = "a function, a function of threads(), or a task";

function got(work: unknown): string {
  if (isPromiseLike(work))
    return "a promise; pass the function and its arguments: addTask(send, mail), not addTask(send(mail))";
  return describe(work);
}

/** Was a generator returned, which nobody would pull? By its tag, so that other iterables pass. */
export function isGeneratorObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !(Symbol.toStringTag in value)) return false;
  const tag = value[Symbol.toStringTag];
  return tag === "Generator" || tag === "AsyncGenerator";
}
