/**
 * Is it a response? By its tag, because `@hono/node-server` puts a class of its own in the place of the global one, and
 * what `fetch` returns is no instance of that.
 */
export function isResponse(value: unknown): value is Response {
  if (typeof value !== "object" || value === null) return false;
  return (
    value instanceof Response ||
    (value as Partial<Response & { [Symbol.toStringTag]: string }>)[Symbol.toStringTag] === "Response"
  );
}
