import type { InProcessJob } from "./in-process-job.ts";

/** What V8, JavaScriptCore and SpiderMonkey say when a method has lost its object. */
const lostThis =
  /of undefined \((?:read|sett)ing|of undefined$|of 'this' as it is undefined|private member|undefined is not an object|^this is undefined|this is undefined/;

/** A hint for errors that have one well-known cause. */
export function failureHint(job: InProcessJob, error: unknown): string | undefined {
  if (!(error instanceof TypeError) || !lostThis.test(error.message)) return undefined;
  if (typeof job.seed.work !== "function" || !/\bthis\b|#/.test(Function.prototype.toString.call(job.seed.work))) {
    return undefined;
  }
  return `${job.name} uses "this", which is lost when a method is passed by itself; add () => object.${job.name}(…) instead`;
}
