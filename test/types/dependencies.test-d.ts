import {
  App,
  body,
  depends,
  fresh,
  header,
  int,
  path,
  query,
  request,
  response,
  settings,
  type BackgroundTasks,
  type Dependency,
} from "afterwork";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";

class Session {
  readonly tenant: string;
  constructor({ tenant }: { tenant: string }) {
    this.tenant = tenant;
  }
}
class Plain {
  readonly plain = true;
}

const tenant = depends(() => "acme");

describe("the value of a dependency", () => {
  test("is what its function returns, awaited", () => {
    expectTypeOf(depends(() => 5)).toEqualTypeOf<Dependency<number, "function", false>>();
    expectTypeOf(depends(async () => Promise.resolve("x"))).toEqualTypeOf<Dependency<string, "function", false>>();
    expectTypeOf(depends(() => undefined)).toEqualTypeOf<Dependency<undefined, "function", false>>();
  });

  test("is what its generator yields", () => {
    const sync = depends(function* () {
      yield 5;
    });
    const async = depends(async function* () {
      yield await Promise.resolve("x");
      return true;
    });
    expectTypeOf(sync).toEqualTypeOf<Dependency<number, "function", false>>();
    expectTypeOf(async).toEqualTypeOf<Dependency<string, "function", false>>();
  });

  test("is an instance of its class", () => {
    expectTypeOf(depends(Plain)).toEqualTypeOf<Dependency<Plain, "function", false>>();
    expectTypeOf(depends({ tenant }, Session)).toEqualTypeOf<Dependency<Session, "function", false>>();
    expectTypeOf(depends.app(Plain)).toEqualTypeOf<Dependency<Plain, "app", false>>();
  });

  test("keeps its type when fresh", () => {
    expectTypeOf(fresh(tenant)).toEqualTypeOf<Dependency<string, "function", false>>();
  });

  test("of settings is the output of the schema", () => {
    const Settings = z.object({ PORT: z.coerce.number() });
    expectTypeOf(settings(Settings)).toEqualTypeOf<Dependency<{ PORT: number }, "app", false>>();
  });
});

describe("what a dependency is given", () => {
  test("are its inputs by name, and its context", () => {
    depends({ tenant, page: query(int), session: depends({ tenant }, Session) }, (context) => {
      expectTypeOf(context.tenant).toBeString();
      expectTypeOf(context.page).toBeNumber();
      expectTypeOf(context.session).toEqualTypeOf<Session>();
      expectTypeOf(context.background).toEqualTypeOf<BackgroundTasks>();
      expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(context).not.toHaveProperty("request");
    });
    depends({ request: request(), response: response() }, ({ request, response }) => {
      expectTypeOf(request).toEqualTypeOf<Request>();
      response.headers.set("x", "y");
    });
  });

  test("is log and signal only in app scope", () => {
    depends.app(({ log, signal }) => [log, signal.aborted]);
    // @ts-expect-error there is no request to add work to
    depends.app(({ background }) => background);
  });

  test("must fit what a class takes", () => {
    // @ts-expect-error the tenant is missing
    depends(Session);
    // @ts-expect-error the tenant is a number
    depends({ tenant: depends(() => 5) }, Session);
  });
});

describe("need of the request", () => {
  test("is known to every dependant", () => {
    const token = depends({ token: header() }, ({ token }) => token);
    const user = depends({ token, tenant }, ({ token }) => token);
    expectTypeOf(user).toEqualTypeOf<Dependency<string, "function", true>>();
    expectTypeOf(depends({ tenant }, ({ tenant }) => tenant)).toEqualTypeOf<Dependency<string, "function", false>>();
  });
});

describe("a scope inversion", () => {
  const inFunction = depends(() => 1);
  const inRequest = depends.request(() => 1);
  const inApp = depends.app(() => 1);

  test("does not compile", () => {
    // @ts-expect-error a parameter of a request
    depends.app({ page: query() }, () => 1);
    // @ts-expect-error the request itself
    depends.app({ incoming: request() }, () => 1);
    // @ts-expect-error function scope
    depends.app({ inFunction }, () => 1);
    // @ts-expect-error request scope
    depends.app({ inRequest }, () => 1);
    // @ts-expect-error function scope is shorter than that of the request
    depends.request({ inFunction }, () => 1);
    // @ts-expect-error nor is there a second one of what there is only one of
    fresh(inApp);
  });

  test("is none the other way round", () => {
    depends.app({ inApp }, ({ inApp }) => inApp);
    depends.request({ inApp, inRequest, page: query() }, ({ page }) => page);
    depends({ inApp, inRequest, inFunction }, () => 1);
    depends.guard({ inApp, token: header() }, () => 1);
  });
});

describe("an input", () => {
  test("can't bear a reserved name", () => {
    // @ts-expect-error background belongs to the context
    depends({ background: tenant }, () => 1);
    // @ts-expect-error socket, too
    depends({ socket: tenant }, () => 1);
    // @ts-expect-error request is only the request
    depends({ request: query() }, () => 1);
    // @ts-expect-error and response only the response
    depends({ response: request() }, () => 1);
    // @ts-expect-error in a route as well
    new App().get("/", { log: tenant }, () => 1);
    // @ts-expect-error and in those of a whole app
    new App({ inputs: { signal: tenant } });
  });

  test("is a dependency or a parameter, and nothing else", () => {
    // @ts-expect-error a value is no input
    depends({ tenant: "acme" }, () => 1);
    // @ts-expect-error nor is a function
    depends({ tenant: () => "acme" }, () => 1);
    // @ts-expect-error nor a schema
    new App().get("/", { page: z.string() }, () => 1);
  });

  test("of the path, the query, a header can't be what no string ever is", () => {
    // @ts-expect-error every path is text
    path(z.number());
    // @ts-expect-error every query is
    query(z.boolean());
    // @ts-expect-error every header is
    header("x-count", z.number());
    // @ts-expect-error every value of a list is
    query.all(z.number());
    path(z.coerce.number());
    query(z.string().transform(Number));
    query(z.enum(["a", "b"]));
    query(z.string().optional());
    body(z.number());
  });
});

test("an override fits what it replaces", () => {
  const app = new App();
  app.override(tenant, () => "other");
  app.override(tenant, async () => Promise.resolve("other"));
  app.override(tenant, async function* () {
    yield "other";
  });
  app.override(
    tenant,
    depends({ page: query() }, ({ page }) => page),
  );
  // @ts-expect-error a number is no tenant
  app.override(tenant, () => 5);
  const count = depends(() => 5);
  // @ts-expect-error nor is a dependency of one
  app.override(tenant, count);
});
