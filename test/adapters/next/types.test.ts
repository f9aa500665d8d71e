import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** They have a configuration of their own, which knows the types of browsers and of React. */
test.each(["test/adapters/next/app", "examples/next"])(
  "%s has no type errors",
  async (project) => {
    const checking = promisify(execFile)("node_modules/.bin/tsc", ["-p", project, "--noEmit"], { cwd: root });
    expect((await checking).stdout).toBe("");
  },
  60_000,
);
