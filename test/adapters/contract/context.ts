import { AsyncLocalStorage } from "node:async_hooks";

/** What a user keeps with the request that is being handled: its run. */
export const context: AsyncLocalStorage<string> = new AsyncLocalStorage();

/** The run of the request that this code belongs to, as the user's storage knows it. */
export function runOfContext(): string {
  return context.getStore() ?? "none";
}
