import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tally } from "./item.ts";

/**
 * The line protocol between a server and the driver: the server prints `{port, version}` once, then answers every
 * line on stdin with its counters. Counters and CPU time are read in one go, so a late answer distorts nothing.
 */
export function announce(port: number, version: string): void {
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (lines: string) => {
    for (const character of lines) if (character === "\n") print(sample());
  });
  process.stdin.on("end", () => process.exit(0));
  print({ port, version });
}

/** Do requests have their tasks from the adapter? Else they are run by hand, by the framework's own hook. */
export const byAdapter: boolean = process.argv[2] === "adapter";

/** The port of a listening `net.Server`. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port;
}

/** The installed version of a package. */
export function versionOf(name: string): string {
  const manifest = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

function sample() {
  const cpu = process.cpuUsage();
  return { ...tally, cpuSeconds: (cpu.user + cpu.system) / 1e6, wallSeconds: performance.now() / 1e3 };
}

function print(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
