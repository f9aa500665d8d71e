import { createRequire } from "node:module";

/** Cloudflare's runtime on this machine, as far as the tests need it. */
export interface Miniflare {
  /** Where the worker itself listens, once it does. */
  unsafeGetDirectURL(): Promise<URL>;
  dispose(): Promise<void>;
}

interface MiniflareModule {
  readonly Miniflare: new (options: object) => Miniflare;
}

/**
 * Runs the code of one module, as it would be deployed. What it logs goes to our own standard error. Its socket is its own,
 * for the proxy that Miniflare puts before it ends broken bodies as if they were complete.
 */
export function startWorker(code: string): Miniflare {
  const require = createRequire(new URL("../../runtimes/package.json", import.meta.url));
  const { Miniflare } = require("miniflare") as MiniflareModule;
  return new Miniflare({
    modules: [{ type: "ESModule", path: "worker.js", contents: code }],
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["nodejs_compat"],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    handleRuntimeStdio(output: NodeJS.ReadableStream, errors: NodeJS.ReadableStream) {
      output.pipe(process.stderr);
      errors.pipe(process.stderr);
    },
  });
}
