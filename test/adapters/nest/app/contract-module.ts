import {
  Controller,
  Get,
  Module,
  Post,
  Req,
  Res,
  type DynamicModule,
  type ExecutionContext,
  type Type,
} from "@nestjs/common";
import type { BackgroundTasks, Engine } from "afterwork";
import { Afterwork, AfterworkModule, Background, Native, type NestNative } from "afterwork/nestjs";

import type { Answer } from "../../contract/answer.ts";
import type { InjectedRoute } from "../../contract/injected.ts";

/** What the site takes from the contract. */
export interface Contract {
  readonly engine: Engine;
  readonly play: (url: string, background: BackgroundTasks) => Promise<Answer>;
  readonly routes: readonly InjectedRoute<NestNative>[];
}

/** What the requests and responses of both platforms have in common. */
interface PlatformRequest {
  readonly originalUrl: string;
}
interface PlatformResponse {
  status(status: number): unknown;
  header(name: string, value: string): unknown;
}

/** The site as a module of Nest, for whatever platform. */
export function contractModule(contract: Contract): DynamicModule {
  @Controller("plays")
  class PlaysController {
    @Get(":name")
    get(
      @Req() request: PlatformRequest,
      @Res({ passthrough: true }) response: PlatformResponse,
      @Background() background: BackgroundTasks,
    ): Promise<unknown> {
      return this.#play(request, response, background);
    }

    @Post(":name")
    post(
      @Req() request: PlatformRequest,
      @Res({ passthrough: true }) response: PlatformResponse,
      @Background() background: BackgroundTasks,
    ): Promise<unknown> {
      return this.#play(request, response, background);
    }

    async #play(
      { originalUrl }: PlatformRequest,
      response: PlatformResponse,
      background: BackgroundTasks,
    ): Promise<unknown> {
      const answer = await contract.play(originalUrl, background);
      response.status(answer.status);
      for (const [name, value] of Object.entries(answer.headers)) response.header(name, value);
      if (answer.kind === "stream") response.header("content-type", "text/plain");
      if (answer.kind === "empty") return undefined;
      return answer.kind === "json" ? answer.body : answer.chunks;
    }
  }

  @Module({})
  class ContractModule {}
  return {
    module: ContractModule,
    imports: [AfterworkModule.forRoot({ engine: contract.engine })],
    controllers: [PlaysController, ...contract.routes.map(controllerOf)],
  };
}

/** A controller whose one method is a route with inputs. */
function controllerOf({ method, path, inputs, handler }: InjectedRoute<NestNative>): Type {
  const Route = method === "GET" ? Get : Post;

  @Controller()
  class InjectedController {
    readonly #answer: (context: ExecutionContext) => unknown;

    constructor(work: Afterwork) {
      this.#answer = work.inject(inputs, handler);
    }

    @Route(path)
    answer(@Native() context: ExecutionContext): unknown {
      return this.#answer(context);
    }
  }

  @Controller()
  class NativeController extends InjectedController {
    @Route(path)
    override answer(@Native() context: ExecutionContext, @Res() _response?: unknown): unknown {
      return super.answer(context);
    }
  }
  return path.endsWith("/native") ? NativeController : InjectedController;
}
