/** A server that calls a fetch handler, as Bun and Deno have it. */
export interface FetchServer {
  readonly port: number;
  /** No more requests; resolves when those at hand have been answered. */
  stop(): Promise<void>;
}

type Fetch = (request: Request, environment: object) => Response | Promise<Response>;

interface BunGlobal {
  serve(options: { readonly port: number; readonly hostname: string; readonly fetch: Fetch }): FetchServer;
}

interface DenoGlobal {
  serve(
    options: { readonly port: number; readonly hostname: string; onListen(): void },
    fetch: Fetch,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
}

const { Bun, Deno } = globalThis as { readonly Bun?: BunGlobal; readonly Deno?: DenoGlobal };

/** Does this runtime have a server for fetch handlers? */
export const servesFetch: boolean = Bun !== undefined || Deno !== undefined;

/** Serves on a free port of 127.0.0.1 by the runtime's own means. */
export function serveFetch(fetch: Fetch): FetchServer {
  const place = { port: 0, hostname: "127.0.0.1" };
  if (Bun !== undefined) return Bun.serve({ ...place, fetch });
  if (Deno === undefined) throw new Error("expected Bun or Deno");
  const server = Deno.serve({ ...place, onListen() {} }, fetch);
  return { port: server.addr.port, stop: () => server.shutdown() };
}
