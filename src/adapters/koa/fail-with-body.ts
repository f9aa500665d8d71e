import { Stream } from "node:stream";

import type { Context } from "koa";

import { toError } from "../../base/errors.ts";
import type { NodeVisit } from "../node-visit.ts";

/**
 * Has the request fail with its body, and cuts the response off: middleware that pipes the body through another stream,
 * as for compression, would leave it open. What breaks because the client has gone is no failure.
 */
export function failWithBody({ body, res }: Context, visit: NodeVisit): void {
  if (!(body instanceof Stream)) return;
  body.once("error", (error: unknown) => {
    if (res.destroyed) return;
    visit.fail(error);
    res.destroy(toError(error));
  });
}
