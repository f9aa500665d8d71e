import { readFileSync } from "node:fs";

import { Command, CommanderError } from "commander";

import { exitCode } from "./exit-code.ts";
import { printError } from "./print.ts";
import { UsageError } from "./usage-error.ts";
import { addWorkerCommand } from "./worker-command.ts";

/** Does what the arguments say. Returns the exit code; what went wrong has been printed. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let code: number = exitCode.fine;
  const program = new Command("afterwork")
    .description("HTTP APIs whose work continues after the response")
    .version(version())
    .showHelpAfterError("(afterwork worker --help tells the options)")
    .exitOverride();
  addWorkerCommand(program, (end) => (code = end));
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // It has printed what it found, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.fine : exitCode.usage;
    if (!(error instanceof UsageError)) throw error;
    printError(error.message);
    return exitCode.usage;
  }
}

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
