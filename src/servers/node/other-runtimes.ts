import { PlatformError } from "../../app/platform.ts";

/** Runtimes with servers of their own, by the global that they bring, and what starts an app there. */
const others: readonly { readonly name: string; readonly global: string; readonly remedy: string }[] = [
  { name: "Bun", global: "Bun", remedy: "await app.start(), then Bun.serve({ fetch: app.fetch })" },
  { name: "Deno", global: "Deno", remedy: "await app.start(), then Deno.serve(app.fetch)" },
  { name: "Cloudflare Workers", global: "WebSocketPair", remedy: "export default { fetch: app.fetch }" },
];

/** @throws {PlatformError} where Node's own server isn't what runs. */
export function refuseOtherRuntimes(): void {
  const here = others.find(({ global }) => global in globalThis);
  if (here === undefined) return;
  throw new PlatformError(`serve: expected Node, got ${here.name}, which serves by its own means: ${here.remedy}`);
}
