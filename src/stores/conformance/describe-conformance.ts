import type { ConformanceCase } from "./conformance-case.ts";
import { conformance } from "./conformance.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { Trial } from "./trial.ts";
import { TrialClock } from "./trial-clock.ts";

/** What the suite wants of a test runner. Vitest and `node:test` are two. */
export interface TestRunner {
  readonly describe: (name: string, declare: () => void) => unknown;
  readonly test: (name: string, run: (context: TestContext) => Promise<void>) => unknown;
}

/** What a test is given. Without `skip` a case that a store can't pass is printed and passes. */
export interface TestContext {
  skip?(reason?: string): unknown;
}

/**
 * Declares the whole suite for a store with any test runner. A case that asks for what the store can't do is skipped, and
 * the reason printed.
 *
 * ```ts
 * describeConformance({ describe, test }, { name: "memory", open: ({ clock }) => memory({ clock }) });
 * ```
 */
export function describeConformance({ describe, test }: TestRunner, subject: StoreUnderTest): void {
  for (const area of conformance) {
    describe(`${subject.name}: ${area.name}`, () => {
      for (const one of area.cases) test(one.name, (context) => runCase(subject, one, context));
    });
  }
}

/** Runs one case on a new store. */
export async function runCase(subject: StoreUnderTest, one: ConformanceCase, context: TestContext = {}): Promise<void> {
  const clock = new TrialClock();
  const store = await subject.open({ clock });
  await store.open();
  try {
    if (one.needs !== undefined && !one.needs.of(store.capabilities)) {
      skip(context, `${subject.name} skips "${one.name}": ${one.needs.otherwise}`);
      return;
    }
    await one.run(new Trial(store, subject, clock));
  } finally {
    await store.close();
    await subject.dispose?.(store);
  }
}

function skip(context: TestContext, reason: string): void {
  console.info(reason);
  context.skip?.(reason);
}
