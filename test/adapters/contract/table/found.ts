import type { TestModule } from "vitest/node";

import type { Finding } from "./finding.ts";

/** What the modules of a run have to say of the contract. */
export interface Found {
  /** Those that are right, in the order of their tests. */
  readonly findings: readonly Finding[];
  /** The names of cases that failed, or were not looked at. */
  readonly open: readonly string[];
}

/** Reads what cases of the contract have left at their tests. */
export function foundIn(modules: readonly TestModule[]): Found {
  const findings: Finding[] = [];
  const open: string[] = [];
  for (const test of modules.filter(isOfContract).flatMap((module) => [...module.children.allTests()])) {
    const { contract } = test.meta();
    if (contract === undefined || test.result().state === "failed") open.push(test.fullName);
    else findings.push(contract);
  }
  return { findings, open };
}

function isOfContract(module: TestModule): boolean {
  return module.moduleId.includes("/test/adapters/contract/");
}
