import { AfterworkError, serve } from "afterwork";

import { createDemoApp } from "./app.ts";
import { readCommandLine, usage, UsageError, type DemoOptions } from "./command-line.ts";
import { describeStore } from "./home.ts";
import { printer } from "./printer.ts";
import { scenarios } from "./scenarios/index.ts";
import { NoDatabaseError } from "./schemas.ts";
import { openSurroundings } from "./surroundings.ts";
import { Timeline } from "./timeline.ts";
import { Tour } from "./tour.ts";
import { walkThrough } from "./walk-through.ts";

const signals = ["SIGINT", "SIGTERM"] as const;

/** With what is cleaned up at the end; a signal that nobody handles ends a process without it. */
function endAtOnce(): void {
  process.exit(1);
}

async function runDemo({ once, port }: DemoOptions): Promise<void> {
  for (const signal of signals) process.once(signal, endAtOnce);
  const surroundings = await openSurroundings();
  const timeline = new Timeline();
  const server = await serve(createDemoApp(surroundings.home, { timeline }), { port });
  for (const signal of signals) process.off(signal, endAtOnce);
  printer.line(`Afterwork demo: ${server.url}  documentation: ${server.url}/docs`);
  printer.line(`Its jobs are kept in ${describeStore(surroundings.home)}, and go when it ends.`);
  printer.line("Each request with its response time; below it its tasks, and when they ended after the response.");
  const failed = await walkThrough(new Tour(server.url, surroundings, timeline), scenarios);
  if (once) {
    await server.close();
    await surroundings[Symbol.asyncDispose]();
    process.exitCode = failed.length === 0 ? 0 : 1;
    return;
  }
  printer.line(`\nStill serving ${server.url}/docs, and showing what you send. Ctrl-C stops.`);
  for (const signal of signals) process.once(signal, () => printer.line("\nStopping …"));
}

/** A line for those who start the demo; anything unforeseen keeps its stack. */
function explain(error: unknown, port: number | undefined): unknown {
  if (error instanceof UsageError) return `${error.message}\n\n${usage}`;
  if (error instanceof NoDatabaseError) return error.message;
  if (!(error instanceof AfterworkError) || error.code !== "LISTEN_FAILED") return error;
  const taken = (error.cause as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
  return taken ? `Port ${port} is taken. Choose another: npm run demo -- --port 8001` : error.message;
}

let options: DemoOptions | "help" | undefined;
try {
  options = readCommandLine(process.argv.slice(2));
  if (options === "help") printer.line(usage);
  else await runDemo(options);
} catch (error) {
  console.error(explain(error, options === "help" ? undefined : options?.port));
  process.exit(1);
}
