import type { Child } from "./child.ts";
import type { SharedStore } from "./shared-store.ts";

/** The server of `fixtures/durable/server.ts`, in a process of its own. */
export interface DurableServer extends Child {
  readonly url: string;
}

export async function startDurableServer(
  store: SharedStore,
  environment: Readonly<Record<string, string>> = {},
): Promise<DurableServer> {
  const child = store.start(environment, "server.ts");
  const port = (await child.line(/^listening/)).split(" ").at(-1);
  return { ...child, url: `http://127.0.0.1:${port}` };
}
