import { isGeneratorFunction } from "../base/generators.ts";
import { describe } from "../base/options.ts";
import { isPromiseLike } from "../base/promises.ts";
import { isComposition } from "../tasks/composition.ts";
import { isTask } from "../tasks/task.ts";
import { InvalidWorkError } from "../tasks/task-errors.ts";
import { isThreadFunction, threadWork } from "../tasks/thread-function.ts";

/**
 * The name under which a work is reported.
 *
 * @throws {InvalidWorkError} when it can't be run.
 */
export function nameOfWork(work: unknown): string {
  if (isTask(work) || isComposition(work)) return work.name;
  if (typeof work !== "function") throw new InvalidWorkError(`addTask: expected ${wanted}, got ${got(work)}`);
  if (isThreadFunction(work)) return work[threadWork].name;
  if (isGeneratorFunction(work)) {
    throw new InvalidWorkError(
      `addTask: expected ${wanted}, got the generator function ${work.name}; nothing would pull it`,
    );
  }
  return work.name === "" ? "anonymous function" : work.name;
}

const wanted = "a function, a function of threads(), a task, or a composition of tasks";

function got(work: unknown): string {
  if (isPromiseLike(work))
    return "a promise; pass the function and its arguments: addTask(send, mail), not addTask(send(mail))";
  return describe(work);
}
