import {
  Body,
  Catch,
  ConflictException,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  Post,
  Sse,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  type MessageEvent,
} from "@nestjs/common";
import { body, HTTPException, int, path, query, type BackgroundTasks, type Dependency, type Task } from "afterwork";
import { Afterwork, Background, Inputs, type InputsOf } from "afterwork/nestjs";
import { concat, of, throwError, type Observable } from "rxjs";
import { z } from "zod";

/** What the tests know of, too. */
export interface Shop {
  readonly note: (line: string) => void;
  readonly session: Dependency<string>;
  readonly storedTask: Task<[], void, true>;
}

/** A module whose routes do what tests ask for; `work` makes that of Afterwork. */
export function shopModule({ note, session, storedTask }: Shop, work: readonly DynamicModule[]): DynamicModule {
  /** A provider that asks for the adapter. */
  @Injectable()
  class KnockGuard implements CanActivate {
    constructor(private readonly work: Afterwork) {}

    canActivate(context: ExecutionContext): boolean {
      this.work.backgroundOf(context).addTask(() => note("task of the guard"));
      return context.switchToHttp().getRequest<{ url: string }>().url !== "/guarded?closed";
    }
  }

  /** What users have to log and answer everything that was thrown. */
  @Catch()
  class NotingFilter implements ExceptionFilter {
    catch(error: Error & { getStatus?(): number; getResponse?(): unknown }, host: ArgumentsHost): void {
      note(`filter: ${error.getStatus?.()} ${JSON.stringify(error.getResponse?.())} ${String(error.cause)}`);
      const response: { status(status: number): { send(body: object): void } } = host.switchToHttp().getResponse();
      response.status(error.getStatus?.() ?? 500).send({ filtered: true });
    }
  }

  const created = { id: path(int), item: body(z.object({ name: z.string() })), session };
  const first = { session, name: query() };
  const second = { session, age: query(int) };

  @Controller()
  class ShopController {
    @Post("items/:id")
    create(@Inputs(created) { id, item, session, background, response, native }: InputsOf<typeof created>): object {
      note(`method: ${native.context.getHandler().name} of ${native.context.getClass().name}`);
      response.status = 202;
      response.headers.set("x-item", String(id));
      response.cookie("seen", "yes");
      background.addTask(() => note("task"));
      return { id, item, session };
    }

    @Get("two")
    two(@Inputs(first) { name }: InputsOf<typeof first>, @Inputs(second) { age }: InputsOf<typeof second>): object {
      return { name, age };
    }

    @Get("mixed/:kind")
    mixed(
      @Param("kind") kind: string,
      @Background() background: BackgroundTasks,
      @Inputs({ session }) _open: object,
    ): object {
      background.addTask(() => note("task of success"));
      background.onFailure.addTask(() => note(`task of failure: ${background.outcome?.status}`));
      if (kind === "ours") throw new HTTPException(402, "no money", { "x-price": "7" });
      if (kind === "nest") throw new ConflictException("taken");
      if (kind === "unknown") throw new Error("secret");
      return { kind };
    }

    @Post("plain/:kind")
    plain(@Param("kind") kind: string, @Body() sent: object, @Background() background: BackgroundTasks): object {
      background.addTask(() => note("task of success"));
      if (kind === "circular") return Object.assign(sent, { sent });
      if (kind === "ours") throw new HTTPException(402, "no money", { "x-price": "7" });
      return sent;
    }

    @Post("stored")
    stored(@Inputs({ session }) { background }: InputsOf<{ session: typeof session }>): object {
      background.addTask(storedTask);
      return { ok: true };
    }

    @Get("guarded")
    @UseGuards(KnockGuard)
    guarded(): object {
      return { open: true };
    }

    @Get("filtered/:kind")
    @UseFilters(NotingFilter)
    filtered(@Inputs({ kind: path(z.enum(["a"])) }) { kind }: InputsOf<{ kind: ReturnType<typeof path> }>): object {
      return { kind };
    }

    @Get("observable")
    observable(@Background() background: BackgroundTasks): Observable<object> {
      background.addTask(() => note("task"));
      return of({ first: true }, { last: true });
    }

    @Get("observable/broken")
    brokenObservable(@Background() background: BackgroundTasks): Observable<object> {
      background.addTask(() => note("task of success"));
      background.onFailure.addTask(() => note("task of failure"));
      return concat(
        of({ first: true }),
        throwError(() => new Error("an observable that fails")),
      );
    }

    @Sse("events")
    events(@Inputs({ session }) { background }: InputsOf<{ session: typeof session }>): Observable<MessageEvent> {
      background.addTask(() => note("task"));
      return of({ data: "one" }, { data: "two" });
    }
  }

  @Module({})
  class ShopModule {}
  return { module: ShopModule, imports: [...work], controllers: [ShopController], providers: [KnockGuard] };
}

/** A class whose inputs are none; its definition fails. */
export function misuse(): void {
  @Controller()
  class MisusedController {
    @Get()
    get(@Inputs("id" as never) _values: object): void {}
  }
  void MisusedController;
}

/** A module with inputs that can't be: a body, and a form. */
export function impossibleModule(work: DynamicModule): DynamicModule {
  @Controller()
  class ImpossibleController {
    @Post()
    post(@Inputs({ id: { place: "nowhere" } as never }) _values: object): void {}
  }

  @Module({})
  class ImpossibleModule {}
  return { module: ImpossibleModule, imports: [work], controllers: [ImpossibleController] };
}
