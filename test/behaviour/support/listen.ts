import { serve, type Log, type ServableApp, type Server } from "afterwork";
import { onTestFinished } from "vitest";

/** Puts an app on a free port until the test ends. */
export async function listen(app: ServableApp): Promise<Server> {
  const server = await serve(app, { port: 0, hostname: "127.0.0.1", signals: false });
  onTestFinished(() => void server.close());
  return server;
}

/** One line of a log. */
export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines. */
export function recordLog(): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const write =
    (level: keyof Log) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      void lines.push({ level, message, fields });
  return { log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") }, lines };
}
