import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

import { TableReporter } from "./test/adapters/contract/table/reporter.ts";

// Continuous integration counts the tests in a report beside what is printed.
const report = process.env["TEST_REPORT"];

export default defineConfig({
  // Tests import the library as its users do ("afterwork", "afterwork/testing"); the condition maps it to src/.
  ssr: { resolve: { conditions: ["afterwork-source", ...defaultServerConditions] } },
  test: {
    include: ["test/**/*.test.ts"],
    typecheck: {
      include: ["test/**/*.test-d.ts"],
      tsconfig: "./tsconfig.json",
      // Type errors in other files are reported by `npm run check:types`.
      ignoreSourceErrors: true,
    },
    pool: "forks",
    // Tests mostly wait for sockets, clocks and processes, so no core is to be kept free.
    maxWorkers: "100%",
    // Worker threads and forks that tests start resolve the library in the same way.
    execArgv: ["--conditions=afterwork-source"],
    // A busy machine is no fault: what has to be quick says so itself.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    retry: 0,
    reporters: ["default", new TableReporter(), ...(report === undefined ? [] : (["json"] as const))],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    coverage: { provider: "v8", include: ["src/**"] },
  },
});
