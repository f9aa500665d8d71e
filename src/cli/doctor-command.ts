import type { Command } from "commander";

import type { Finding, FindingLevel } from "../stores/contract/finding.ts";
import { addEngineCommand } from "./engine-command.ts";
import { exitCode } from "./exit-code.ts";
import { printAnswer } from "./print.ts";
import { withStore } from "./with-store.ts";

interface DoctorFlags {
  readonly export?: string;
  readonly json?: boolean;
}

const levels: readonly FindingLevel[] = ["problem", "warning", "hint", "ok"];

/** Adds `doctor` to the command line. `onEnd` is given the exit code. */
export function addDoctorCommand(program: Command, onEnd: (code: number) => void): void {
  addEngineCommand(program, "doctor")
    .description(`examines an engine's store; ends with ${exitCode.failed} if there is a problem`)
    .option("--json", "prints the findings as JSON")
    .action(async (file: string, flags: DoctorFlags) => onEnd(await run(file, flags)));
}

function run(file: string, { export: exportName, json = false }: DoctorFlags): Promise<number> {
  return withStore({ file, exportName }, async (store) => {
    const findings = (await store.diagnose?.()) ?? [];
    await printAnswer(json ? JSON.stringify({ findings }, undefined, 2) : pageOf(findings));
    return countOf(findings, "problem") === 0 ? exitCode.fine : exitCode.failed;
  });
}

/** What is bad stands last, where whoever reads it in a terminal begins. */
function pageOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return "nothing to check: this store has no checks";
  const sorted = levels.toReversed().flatMap((level) => findings.filter((finding) => finding.level === level));
  const summary = levels.map((level) => `${level} ${countOf(findings, level)}`).join(", ");
  return [...sorted.map(paragraphOf), summary].join("\n");
}

function paragraphOf({ check, level, seen, remedy }: Finding): string {
  const line = `${level.padEnd("problem".length)}  ${check}: ${seen}`;
  return remedy === undefined ? line : `${line}\n         → ${remedy}`;
}

function countOf(findings: readonly Finding[], level: FindingLevel): number {
  return findings.filter((finding) => finding.level === level).length;
}
