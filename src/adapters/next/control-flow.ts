import { PlainReply } from "../../app/response/plain-reply.ts";
import { defineInjection } from "../../app/routing/route.ts";

/** What Next's functions throw in order to answer, by the beginning of its `digest`, and with which status. */
const redirect = /^NEXT_REDIRECT;(?:.*;)?(\d{3});$/;
const fallback = /^NEXT_HTTP_ERROR_FALLBACK;(\d{3})$/;

/** The status that Next answers a thrown error with, if it was `redirect()`, `notFound()` or one of their kind that threw it. */
export function statusMeant(error: unknown): number | undefined {
  const digest = digestOf(error);
  const [, status] = redirect.exec(digest) ?? fallback.exec(digest) ?? [];
  return status === undefined ? undefined : Number(status);
}

const interruptions: readonly string[] = [
  "DYNAMIC_SERVER_USAGE",
  "BAILOUT_TO_CLIENT_SIDE_RENDERING",
  "HANGING_PROMISE_REJECTION",
  "NEXT_PRERENDER_INTERRUPTED",
];

/** Does Next give this attempt to render up, to begin anew at another time? Then nobody is answered. */
export function isInterruption(error: unknown): boolean {
  return interruptions.includes(digestOf(error));
}

function digestOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("digest" in error)) return "";
  return typeof error.digest === "string" ? error.digest : "";
}

/** The reply of an injected handler that answered by throwing what is for Next to catch. */
export class ThrownReply extends PlainReply {
  readonly error: unknown;

  constructor(error: unknown, status: number) {
    super(status, null, undefined);
    this.error = error;
  }
}

/** Calls a handler for whom it is no failure to throw what is for Next to catch. */
export async function callThrowing(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    const status = statusMeant(error);
    if (status === undefined) throw error;
    return new ThrownReply(error, status);
  }
}

/** The arguments of `inject`, whose handler may throw what is for Next to catch. @throws {AfterworkError} `INVALID_DEFINITION` */
export function withControlFlow(args: readonly unknown[]): readonly unknown[] {
  const handler = defineInjection(args).handler as (context: unknown) => unknown;
  const handle = (context: unknown): Promise<unknown> => callThrowing(() => handler(context));
  Object.defineProperty(handle, "name", { value: handler.name });
  return [...args.slice(0, -1), handle];
}
