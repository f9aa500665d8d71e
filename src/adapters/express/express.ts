import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from "express";

import type { HostOptions } from "../../app/host-options.ts";
import { expected } from "../../base/options.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { Adapter } from "../adapter.ts";
import { attach, type AttachableServer, type AttachOptions } from "../attach.ts";
import type { Inject } from "../inject.ts";
import type { Injection } from "../injection.ts";
import { nodeRequest } from "../node-request.ts";
import { NodeVisit } from "../node-visit.ts";
import { writeReply } from "../write-reply.ts";
import { PassingOn } from "./passing-on.ts";

declare global {
  namespace Express {
    interface Request {
      /** The work of this request; added by `app.use(work.middleware)`. */
      readonly background: BackgroundTasks;
    }
  }
}

/** What an injected handler finds under `native`. */
export interface ExpressNative {
  readonly req: Request;
  readonly res: Response;
  /**
   * `next()` says that this handler does not answer: the next one is called when this one has ended and its dependencies of
   * function scope are closed. `next(error)` is the same as throwing the error when the handler ends.
   */
  readonly next: NextFunction;
}

/** Tasks, dependencies and durable work for Express 5 and 4. */
export class ExpressAdapter extends Adapter {
  /** Gives requests their `req.background`. Before the routes: `app.use(work.middleware)`. */
  readonly middleware: RequestHandler = (req, res, next) => {
    if (next === undefined) throw expected("app.use", "work.middleware as it is, without calling it", req);
    (req as { background: BackgroundTasks }).background = this.#visitOf(req, res).tasks;
    next();
  };

  /** Tells which requests have failed, and leaves the error to what comes next. After the routes: `app.use(work.errors)`. */
  readonly errors: ErrorRequestHandler = (error, req, _res, next) => {
    NodeVisit.of(req)?.fail(error);
    next(error);
  };

  /** Makes a handler of Express from one with inputs. `work.middleware` is not needed for it. */
  readonly inject: Inject<ExpressNative, RequestHandler> = (...args: unknown[]) => {
    const injection = this.define(args);
    return (req: Request, res: Response, next: NextFunction) => void this.#answer(injection, { req, res, next });
  };

  /** @throws {InvalidOptionError} */
  constructor(options: HostOptions) {
    super("afterwork", options);
  }

  /** @see attach */
  attach(server: AttachableServer, options?: AttachOptions): Promise<void> {
    return attach(this, server, options);
  }

  async #answer(injection: Injection, { req, res, next }: ExpressNative): Promise<void> {
    const passing = new PassingOn();
    try {
      const request = nodeRequest(this.#visitOf(req, res), { req, res, next: passing.next });
      const reply = await injection.run({
        ...request,
        isNativeAnswer: (value) => passing.isAsked() || request.isNativeAnswer(value),
      });
      await writeReply(reply, res, req.method);
    } catch (error) {
      return next(error);
    }
    passing.goOn(next);
  }

  #visitOf(req: Request, res: Response): NodeVisit {
    return NodeVisit.of(req) ?? new ExpressVisit(this.host.parts, req, res);
  }
}

/** A request of an app whose own error handler may stand before ours. */
class ExpressVisit extends NodeVisit {
  protected override get failsByStatus(): boolean {
    return true;
  }
}

/** Makes the tasks of requests, dependencies and durable work part of an Express app. @throws {InvalidOptionError} */
export function afterwork(options: HostOptions = {}): ExpressAdapter {
  return new ExpressAdapter(options);
}
