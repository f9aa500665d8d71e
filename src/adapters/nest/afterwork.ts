import type { ArgumentsHost, ExecutionContext } from "@nestjs/common";

import type { AppParts } from "../../app/app-parts.ts";
import type { HostOptions } from "../../app/host-options.ts";
import { toResponse } from "../../app/response/plain-reply.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { Adapter } from "../adapter.ts";
import type { Inject } from "../inject.ts";
import { answeredNatively, type Injection } from "../injection.ts";
import type { DeclaredInputs } from "./declared-inputs.ts";
import { nodeSideOf, type NestNative } from "./native.ts";
import { nestRequest } from "./nest-request.ts";
import { NestVisit } from "./nest-visit.ts";

/** The body of a controller's method; what it returns is Nest's to send. */
export type InjectedMethod = (context: ExecutionContext) => Promise<Response | undefined>;

/** Tasks, dependencies and durable work of a Nest application: a provider that any other may ask for. */
export class Afterwork extends Adapter {
  readonly #declared = new Map<DeclaredInputs, Injection>();

  /**
   * Makes the body of a controller's method from a handler with inputs; the method passes on what `@Native()` gives it. Call
   * it in the constructor of the controller: what the handler needs of `app` scope is made when the application starts.
   */
  readonly inject: Inject<NestNative, InjectedMethod> = (...args: unknown[]) => {
    const injection = this.define(args);
    return async (context: ExecutionContext): Promise<Response | undefined> => {
      const reply = await injection.run(nestRequest(this.visitOf(context), { context }));
      return reply === answeredNatively ? undefined : toResponse(reply);
    };
  };

  /** @throws {InvalidOptionError} */
  constructor(options: HostOptions) {
    super("AfterworkModule", options);
  }

  /** @internal */
  get parts(): AppParts {
    return this.host.parts;
  }

  /** The work of a request, for guards, interceptors and exception filters; controllers ask for it by `@Background()`. */
  backgroundOf(context: ArgumentsHost): BackgroundTasks {
    return this.visitOf(context).tasks;
  }

  /** @internal The visit of a request, begun when it is first asked for. */
  visitOf(context: ArgumentsHost): NestVisit {
    const side = nodeSideOf(context);
    return NestVisit.find(side) ?? new NestVisit(this, side);
  }

  /** @internal Compiles the inputs of a parameter, once. @throws {AfterworkError} whatever makes a plan impossible. */
  injectionOf(inputs: DeclaredInputs): Injection {
    const known = this.#declared.get(inputs) ?? this.define(inputs.args);
    this.#declared.set(inputs, known);
    return known;
  }
}
