import { createParamDecorator, type ExecutionContext } from "@nestjs/common";

import type { HandlerContext } from "../../app/request/handler-context.ts";
import { AfterworkError } from "../../base/errors.ts";
import type { Inputs as AnyInputs, NoReservedNames, Resolved } from "../../dependencies/inputs.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { DeclaredInputs, keepDeclared } from "./declared-inputs.ts";
import { nodeSideOf, type NestNative } from "./native.ts";
import { NestVisit } from "./nest-visit.ts";
import { lastAsLongAsMethod, type OpenContext } from "./opening.ts";

/** What a parameter behind `@Inputs(inputs)` is given: `InputsOf<typeof inputs>`. */
export type InputsOf<Names> = Resolved<Names> & HandlerContext & { readonly native: NestNative };

/** Gives a parameter the work of the request: a `BackgroundTasks`. */
export const Background: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext): BackgroundTasks => visitOf(context, "@Background()").tasks,
);

/** Gives a parameter Nest's own context of the request, as the methods that `Afterwork.inject` makes expect it. */
export const Native: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext): ExecutionContext => context,
);

const Open = createParamDecorator((inputs: DeclaredInputs, context: ExecutionContext): Promise<OpenContext> =>
  visitOf(context, "@Inputs()").open(inputs, context),
);

/**
 * Resolves inputs for a parameter of a controller's method, as a route of an app does for its handler: all at once, before the
 * method is called. What is of function scope closes when the method has returned, before Nest sends what it returned.
 *
 * @throws {AfterworkError} `INVALID_DEFINITION`, when the class is defined.
 */
export function Inputs<const Names extends AnyInputs>(inputs: Names & NoReservedNames<Names>): ParameterDecorator {
  return (prototype, method, index) => {
    const owner = `${prototype.constructor.name}.${String(method)}`;
    const declared = new DeclaredInputs(inputs, owner, lastAsLongAsMethod);
    keepDeclared(prototype, declared);
    Open(declared)(prototype, method, index);
  };
}

function visitOf(context: ExecutionContext, decorator: string): NestVisit {
  const visit = NestVisit.find(nodeSideOf(context));
  if (visit !== undefined) return visit;
  throw new AfterworkError(
    "INVALID_DEFINITION",
    `${decorator}: expected AfterworkModule.forRoot({ … }) among the imports of the application's module`,
  );
}
