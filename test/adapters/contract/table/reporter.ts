import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Reporter, TestModule, Vitest } from "vitest/node";

import type { Host } from "../host.ts";
import { hosts } from "../hosts.ts";
import { columns } from "./columns.ts";
import type { Finding } from "./finding.ts";
import { foundIn, type Found } from "./found.ts";
import { pageOf } from "./page.ts";

const page = fileURLToPath(new URL("../../../../docs/adapters.md", import.meta.url));

/**
 * Prints what a run has found of the contract. Where every case was run on every host, `docs/adapters.md` has to say the
 * same; `vitest --update` makes it so.
 */
export class TableReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const found = foundIn(modules);
    if (found.findings.length === 0) return;
    const text = pageOf(inOrder(found.findings), columns);
    this.#say(text);
    const missing = whatIsMissing(found);
    if (missing.length > 0)
      return this.#say(`docs/adapters.md is not checked; there is no word on ${missing.join("; ")}`);
    if (existsSync(page) && text === readFileSync(page, "utf8")) return;
    if (this.#vitest?.config.snapshotOptions.updateSnapshot === "all") return writeFileSync(page, text);
    this.#say("docs/adapters.md does not say what was found: npm run adapters:table writes it");
    process.exitCode = 1;
  }

  #say(text: string): void {
    this.#vitest?.logger.log(text);
  }
}

/** In the order of the hosts, whichever was through first. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return hosts.flatMap((host) => findings.filter((finding) => isOf(finding, host)));
}

function isOf(finding: Finding, { adapter, runtime }: Host): boolean {
  return finding.adapter === adapter && finding.runtime === runtime.name;
}

function whatIsMissing({ findings, open }: Found): readonly string[] {
  const left = hosts.filter((host) => !findings.some((finding) => isOf(finding, host)));
  return [...left.map(({ adapter, runtime }) => `${adapter} on ${runtime.name}`), ...open];
}
