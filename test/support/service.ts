import { describe, expect, test } from "vitest";

/** Something that tests need and that a machine may not have. */
export interface Service {
  /** As it reads in "… is not there". */
  readonly name: string;
  readonly isThere: boolean;
}

/** Declares tests that need a service. Where it isn't there they are skipped, which is printed; with `CI` set they fail. */
export function describeWith({ name, isThere }: Service, title: string, declare: () => void): void {
  if (isThere) {
    describe(title, declare);
  } else if (process.env["CI"] === undefined) {
    console.log(`skipped, for ${name} is not there: ${title}`);
    describe.skip(title, declare);
  } else {
    test(title, () => expect.fail(`${name} is not there`));
  }
}
