import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

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
    // Worker threads and forks that tests start resolve the library in the same way.
    execArgv: ["--conditions=afterwork-source"],
    testTimeout: 10_000,
    hookTimeout: 20_000,
    retry: 0,
    coverage: { provider: "v8", include: ["src/**"] },
  },
});
