import type { Context } from "hono";

/**
 * The response with the headers that middleware has set by `context.header` before there was one. Hono itself adds them
 * only to responses that its context makes. What the response sets itself stands.
 */
export function withPreparedHeaders(context: Context, response: Response): Response {
  if (context.finalized) return response;
  const prepared = [...context.newResponse(null).headers];
  if (prepared.length === 0) return response;
  // Where middleware has touched `context.res`, Hono keeps only the cookies that it finds there.
  for (const cookie of response.headers.getSetCookie()) context.header("set-cookie", cookie, { append: true });
  const changed = withMutableHeaders(response);
  for (const [name, value] of prepared) {
    if (name === "set-cookie") changed.headers.append(name, value);
    else if (name !== "content-type" && !changed.headers.has(name)) changed.headers.set(name, value);
  }
  return changed;
}

/** The headers of what `fetch` has returned can't be changed; even a deletion that finds nothing throws there. */
function withMutableHeaders(response: Response): Response {
  try {
    response.headers.delete("x-not-there");
    return response;
  } catch {
    return new Response(response.body, response);
  }
}
