import { parseArgs } from "node:util";

/** What the demo was asked to do. */
export interface DemoOptions {
  /** Run the tour, verify it and end. */
  readonly once: boolean;
  readonly port: number;
}

export const usage = `npm run demo                      serves the demo on port 8000 and walks through it; Ctrl-C stops
npm run demo -- --port 8001       the same on another port; 0 takes a free one
npm run demo -- --once            walks through it on a free port; exits 0 only if every effect was verified
With DATABASE_URL=postgres://… before it, its jobs are kept there, in schemas that are dropped at the end.`;

/** Arguments that can't be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws {UsageError} */
export function readCommandLine(args: readonly string[]): DemoOptions | "help" {
  const { once, port, help } = parse(args);
  if (help === true) return "help";
  return { once: once === true, port: port === undefined ? (once === true ? 0 : 8000) : toPort(port) };
}

function parse(args: readonly string[]): { once?: boolean; port?: string; help?: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { once: { type: "boolean" }, port: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    return values;
  } catch (error) {
    const [problem = ""] = (error as Error).message.split(". ");
    throw new UsageError(problem.replace(/\.$/, ""), { cause: error });
  }
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port: expected a whole number from 0 to 65535, got ${JSON.stringify(text)}`);
}
