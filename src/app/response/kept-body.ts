/**
 * The server's class keeps a body as it was passed until somebody asks for it, and asking alone doubles the cost of a
 * response. `undefined` where nothing is kept, or is kept otherwise.
 */
export function keptBody(response: Response): unknown {
  const key = Object.getOwnPropertySymbols(response).find(({ description }) => description === "cache");
  const kept: unknown = key === undefined ? undefined : (response as unknown as Record<symbol, unknown>)[key];
  return Array.isArray(kept) ? (kept[1] as unknown) : undefined;
}
