import { readFileSync } from "node:fs";

import { Command, CommanderError } from "commander";

import { addDoctorCommand } from "./doctor-command.ts";
import { exitCode } from "./exit-code.ts";
import { addMigrateCommand } from "./migrate-command.ts";
import { printFault } from "./print.ts";
import { UsageError } from "./usage-error.ts";
import { addWorkerCommand } from "./worker-command.ts";

/** Does what the arguments say. Returns the exit code; what went wrong has been printed. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let code: number = exitCode.fine;
  const program = new Command("afterwork")
    .description("HTTP APIs whose work continues after the response")
    .version(version())
    .showHelpAfterError("(--help tells the options)")
    .exitOverride();
  const onEnd = (end: number): void => void (code = end);
  addWorkerCommand(program, onEnd);
  addMigrateCommand(program, onEnd);
  addDoctorCommand(program, onEnd);
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // It has printed what it found, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.fine : exitCode.usage;
    if (!(error instanceof UsageError)) throw error;
    printFault(error.message);
    return exitCode.usage;
  }
}

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
