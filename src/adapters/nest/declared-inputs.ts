import { defineInjection } from "../../app/routing/route.ts";
import type { Inputs } from "../../dependencies/inputs.ts";

/** The inputs of a parameter, as the decorator was given them. */
export class DeclaredInputs {
  /** As `inject` takes them. */
  readonly args: readonly [Inputs, (context: never) => unknown];

  /** `owner`: how messages call the method. @throws {AfterworkError} `INVALID_DEFINITION` */
  constructor(inputs: Inputs, owner: string, handler: (context: never) => unknown) {
    const named = (context: never): unknown => handler(context);
    Object.defineProperty(named, "name", { value: owner });
    this.args = [inputs, named];
    defineInjection(this.args);
  }
}

const declared = new WeakMap<object, DeclaredInputs[]>();

/** Keeps in mind what the methods of a class are to be given. */
export function keepDeclared(prototype: object, inputs: DeclaredInputs): void {
  declared.set(prototype, [...(declared.get(prototype) ?? []), inputs]);
}

/** All that the methods of a class are to be given, those that it inherits included. */
export function declaredBy(prototype: object | null): readonly DeclaredInputs[] {
  if (prototype === null) return [];
  const inherited = declaredBy(Object.getPrototypeOf(prototype) as object | null);
  return [...(declared.get(prototype) ?? []), ...inherited];
}
