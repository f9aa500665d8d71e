import { printer } from "./printer.ts";
import type { Scenario, Tour } from "./tour.ts";

/** Runs every scenario, and returns the titles of those that could not be verified. */
export async function walkThrough(tour: Tour, scenarios: readonly Scenario[]): Promise<readonly string[]> {
  const start = performance.now();
  const failed: string[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    printer.scenario(index + 1, scenario.title);
    try {
      await scenario.run(tour);
    } catch (error) {
      printer.failed(error instanceof Error ? error.message : String(error));
      failed.push(`${index + 1} ${scenario.title}`);
    }
  }
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  printer.line(`\n${scenarios.length - failed.length} of ${scenarios.length} scenarios verified in ${seconds} s`);
  for (const title of failed) printer.line(`not verified: ${title}`);
  return failed;
}
