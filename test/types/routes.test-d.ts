import {
  App,
  Router,
  body,
  cookie,
  depends,
  file,
  form,
  header,
  int,
  number,
  path,
  query,
  bool,
  type AppSocket,
  type BackgroundTasks,
  type Log,
  type UploadFile,
} from "afterwork";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";

const app = new App();
const Item = z.object({ name: z.string(), price: z.coerce.number() });

describe("the context of a handler", () => {
  test("has every input under its name, with the output of its schema", () => {
    const user = depends(async () => Promise.resolve({ name: "alice" }));
    app.post("/items/:id", { id: path(int), item: body(Item), size: query(number.optional()), user }, (context) => {
      expectTypeOf(context.id).toBeNumber();
      expectTypeOf(context.item).toEqualTypeOf<{ name: string; price: number }>();
      expectTypeOf(context.size).toEqualTypeOf<number | undefined>();
      expectTypeOf(context.user).toEqualTypeOf<{ name: string }>();
    });
    const inputs = {
      token: header("x-token"),
      session: cookie(),
      tags: query.all(),
      pages: query.all(int),
      dry: query(bool.default(false)),
      anything: body(),
    };
    app.post("/", inputs, ({ token, session, tags, pages, dry, anything }) => {
      expectTypeOf([token, session]).toEqualTypeOf<string[]>();
      expectTypeOf(tags).toEqualTypeOf<string[]>();
      expectTypeOf(pages).toEqualTypeOf<number[]>();
      expectTypeOf(dry).toBeBoolean();
      expectTypeOf(anything).toBeUnknown();
    });
    app.post("/files", { title: form(), image: file(), note: file({ optional: true }), all: file.all() }, (context) => {
      expectTypeOf(context.title).toBeString();
      expectTypeOf(context.image).toEqualTypeOf<UploadFile>();
      expectTypeOf(context.note).toEqualTypeOf<UploadFile | undefined>();
      expectTypeOf(context.all).toEqualTypeOf<UploadFile[]>();
    });
  });

  test("has the context's own members, and nothing else", () => {
    app.get("/", (context) => {
      expectTypeOf(context.background).toEqualTypeOf<BackgroundTasks>();
      expectTypeOf(context.request).toEqualTypeOf<Request>();
      expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(context.log).toEqualTypeOf<Log>();
      context.response.status = 201;
      expectTypeOf(context).not.toHaveProperty("attempt");
      expectTypeOf(context).not.toHaveProperty("socket");
    });
  });

  test("has the inputs shared by the app or a router", () => {
    const tenant = depends(() => "acme");
    const shared = new App({ inputs: { tenant } });
    shared.get("/", ({ tenant }) => void expectTypeOf(tenant).toBeString());
    shared.get(
      "/:id",
      { id: path(int) },
      ({ id, tenant }) => void expectTypeOf([tenant, id]).toEqualTypeOf<(string | number)[]>(),
    );
    const router = new Router({ prefix: "/x", inputs: { tenant } });
    router.get("/", ({ tenant }) => void expectTypeOf(tenant).toBeString());
  });

  test("of a socket has the socket, and no response", () => {
    app.ws("/live/:id", { id: path(int) }, ({ id, socket, ...context }) => {
      expectTypeOf(id).toBeNumber();
      expectTypeOf(socket).toEqualTypeOf<AppSocket>();
      expectTypeOf(context).not.toHaveProperty("response");
    });
  });
});

describe("a response schema", () => {
  const options = { response: z.object({ id: z.number() }) };

  test("is what the handler has to return, or a Response", () => {
    app.get("/", {}, options, () => ({ id: 1 }));
    app.get("/", {}, options, async () => Promise.resolve({ id: 1, secret: "is stripped" }));
    app.get("/", {}, options, () => new Response());
    app.get("/", {}, options, async () => (Math.random() > 0.5 ? { id: 1 } : new Response()));
    // @ts-expect-error the id is a number
    app.get("/", {}, options, () => ({ id: "1" }));
    // @ts-expect-error the id is missing
    app.get("/", {}, options, async () => Promise.resolve({}));
    // @ts-expect-error there is nothing at all
    app.get("/", {}, options, () => {});
  });

  test("takes the input of the schema, not its output", () => {
    app.get("/", {}, { response: z.object({ at: z.date().transform(String) }) }, () => ({ at: new Date() }));
    // @ts-expect-error the text is what comes out
    app.get("/", {}, { response: z.object({ at: z.date().transform(String) }) }, () => ({ at: "today" }));
  });

  test("that is absent leaves the return value free", () => {
    app.get("/", {}, { status: 201, tags: ["x"] }, () => Math.random());
    app.get("/", {}, () => undefined);
  });
});

test("the options of a route are checked", () => {
  // @ts-expect-error there is no such option
  app.get("/", {}, { stauts: 201 }, () => {});
  // @ts-expect-error a status is a number
  app.get("/", {}, { status: "201" }, () => {});
  // @ts-expect-error a response has a schema
  app.get("/", {}, { response: {} }, () => {});
});
