import type { Command } from "commander";

/** Adds a command that is about an engine. */
export function addEngineCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .argument("<engine>", "the module that exports the engine, as a path or a file: URL")
    .option("--export <name>", 'the export that is the engine (default: "engine", then the default export)');
}
