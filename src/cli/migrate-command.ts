import { Option, type Command } from "commander";

import type { MigrationReport } from "../stores/contract/store.ts";
import { addEngineCommand } from "./engine-command.ts";
import { exitCode } from "./exit-code.ts";
import { printAnswer } from "./print.ts";
import { withStore } from "./with-store.ts";

interface MigrateFlags {
  readonly export?: string;
  readonly plan?: boolean;
  readonly sql?: boolean;
}

const planOption = new Option(
  "--plan",
  `only says what would be done; ends with ${exitCode.pending} if that is anything`,
);
const sqlOption = new Option("--sql", "only prints the statements, to be run by hand").conflicts("plan");

/** Adds `migrate` to the command line. `onEnd` is given the exit code. */
export function addMigrateCommand(program: Command, onEnd: (code: number) => void): void {
  addEngineCommand(program, "migrate")
    .description("brings the layout of an engine's store up to date")
    .addOption(planOption)
    .addOption(sqlOption)
    .action(async (file: string, flags: MigrateFlags) => onEnd(await run(file, flags)));
}

function run(file: string, { export: exportName, plan = false, sql = false }: MigrateFlags): Promise<number> {
  return withStore({ file, exportName }, async (store) => {
    const report = await store.migrate({ plan: plan || sql });
    await printAnswer(sql ? scriptOf(report) : sentenceOf(report, plan));
    return plan && isPending(report) ? exitCode.pending : exitCode.fine;
  });
}

function isPending({ statements }: MigrationReport): boolean {
  return statements.length > 0;
}

function sentenceOf(report: MigrationReport, plan: boolean): string {
  const { from, to, statements } = report;
  if (!isPending(report)) return `nothing to do: the layout is ${to}`;
  if (plan) return `the layout is ${from}, and ${statements.length} statements would make it ${to}; --sql prints them`;
  return `the layout was ${from}, and is ${to} now`;
}

/** One transaction, as the shells of databases take it. */
function scriptOf(report: MigrationReport): string {
  const { from, to, statements } = report;
  if (!isPending(report)) return `-- nothing to do: the layout is ${to}`;
  const lines = ["begin", ...statements, "commit"].map((statement) => `${statement};`);
  return [
    `-- from the layout ${from} to ${to}, for the shell of the database to stop at the first error`,
    ...lines,
  ].join("\n");
}
