import type { App } from "afterwork";
import { cookie, form, header, int, path, query } from "afterwork";
import { describe, expect, test } from "vitest";

import { bodyOf, exchange, message, startTrial, statusOf, ways, type Trial, type Way } from "./support/trial.ts";

/** Names that every plain object has, or that a list has. */
const inherited = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf", "length", "filter", "0"];

function names(app: App): void {
  for (const name of inherited) {
    app.get(`/query/${name}`, { value: query(name) }, ({ value }) => ({ value }));
    app.get(`/list/${name}`, { values: query.all(name) }, ({ values }) => ({ values }));
    app.get(`/header/${name}`, { value: header(name) }, ({ value }) => ({ value }));
    app.get(`/cookie/${name}`, { value: cookie(name) }, ({ value }) => ({ value }));
    app.post(`/form/${name}`, { value: form(name) }, ({ value }) => ({ value }));
    app.get(`/path/${name}/:${name}`, { value: path(name) }, ({ value }) => ({ value }));
  }
}

const formMessage = (start: string, body: string): string =>
  message(start, ["Content-Type: application/x-www-form-urlencoded", `Content-Length: ${body.length}`], body);

describe.each(ways)("the name %s", (way) => {
  test.each(inherited)("%s is nothing special wherever it may stand", async (name) => {
    const trial = await startTrial(names, { way });
    const ask = async (sent: string): Promise<[number, string]> => {
      const received = await exchange(trial.port, sent);
      return [statusOf(received), bodyOf(received)];
    };
    const missing = (place: string): [number, string] => [
      422,
      expect.stringContaining(`"type":"missing","loc":["${place}","${name}"]`),
    ];
    const polluting = "__proto__=a&__proto__=b&constructor=c";
    const isPolluting = polluting.includes(`${name}=`);
    expect(await ask(message(`GET /query/${name}`))).toEqual(missing("query"));
    if (!isPolluting) {
      expect(await ask(message(`GET /query/${name}?${polluting}`))).toEqual(missing("query"));
      expect(await ask(message(`GET /list/${name}?${polluting}`))).toEqual([200, '{"values":[]}']);
      expect(await ask(formMessage(`POST /form/${name}`, polluting))).toEqual(missing("body"));
      expect(await ask(message(`GET /cookie/${name}`, ["Cookie: __proto__=a; constructor=b"]))).toEqual(
        missing("cookie"),
      );
      expect(await ask(message(`GET /header/${name}`, ["__proto__: a", "constructor: b"]))).toEqual(missing("header"));
    }
    expect(await ask(message(`GET /list/${name}`))).toEqual([200, '{"values":[]}']);
    expect(await ask(message(`GET /header/${name}`))).toEqual(missing("header"));
    expect(await ask(message(`GET /cookie/${name}`))).toEqual(missing("cookie"));
    expect(await ask(message(`GET /query/${name}?${name}=x`))).toEqual([200, '{"value":"x"}']);
    expect(await ask(message(`GET /list/${name}?${name}=x&${name}=y`))).toEqual([200, '{"values":["x","y"]}']);
    // Node itself loses a header of that name.
    if (name !== "__proto__") {
      expect(await ask(message(`GET /header/${name}`, [`${name}: x`]))).toEqual([200, '{"value":"x"}']);
    }
    expect(await ask(message(`GET /cookie/${name}`, [`Cookie: ${name}=x`]))).toEqual([200, '{"value":"x"}']);
    expect(await ask(formMessage(`POST /form/${name}`, `${name}=x`))).toEqual([200, '{"value":"x"}']);
    expect(await ask(message(`GET /path/${name}/x`))).toEqual([200, '{"value":"x"}']);
    await trial.expectUntouched();
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty", "%5F_proto__"])(
    "%s is no path",
    async (name) => {
      const trial = await startTrial(() => {}, { way });
      for (const method of ["GET", "POST"]) {
        expect(statusOf(await exchange(trial.port, message(`${method} /${name}`)))).toBe(404);
      }
      await trial.expectUntouched();
    },
  );
});

async function start(way: Way): Promise<Trial> {
  return startTrial(
    (app, notes) => {
      app.get("/items/:id", { id: path(int) }, ({ id, background }) => {
        background.addTask(() => void notes.push("task"));
        return { id };
      });
      app.get("/texts/:text", { text: path() }, ({ text }) => ({ text }));
      app.get("/page", { page: query(int), q: query(int.optional()) }, ({ page }) => ({ page }));
      app.get("/word", { word: query() }, ({ word }) => ({ word }));
      app.get("/many", { n: query.all(int) }, ({ n }) => n.length);
      app.get("/secret", { xToken: header() }, ({ xToken }) => ({ xToken }));
      app.get("/number", { xNumber: header(int) }, ({ xNumber }) => ({ xNumber }));
      app.get("/session", { session: cookie(int) }, ({ session }) => ({ session }));
      app.get("/theme", { theme: cookie() }, ({ theme }) => ({ theme }));
    },
    { way },
  );
}

const get = (target: string, ...headers: string[]): string => message(`GET ${target}`, headers);
const thousand = Array.from({ length: 1000 }, (_, index) => `n=${index}`).join("&");

/** What is sent, the status, and words of the body. */
const tries: readonly (readonly [what: string, sent: string, status: number, words: string])[] = [
  // Paths.
  ["a path parameter that is no number", get("/items/x"), 422, '"type":"int_parsing","loc":["path","id"]'],
  ["a path parameter beyond safe integers", get("/items/9007199254740993"), 422, '"type":"int_parsing_size"'],
  ["a path parameter in hexadecimal", get("/items/0x10"), 422, '"type":"int_parsing"'],
  ["a path parameter that is a blank", get("/items/%20"), 422, '"type":"int_parsing"'],
  ["an empty path parameter", get("/items//"), 404, "Not Found"],
  ["a number of many digits", get(`/items/${"1".repeat(8000)}`), 422, '"type":"int_parsing_size"'],
  ["a broken escape in the path", get("/texts/%"), 200, '{"text":"%"}'],
  ["a broken escape beside a good one", get("/texts/%zz%41"), 200, "A"],
  ["escapes that are no UTF-8", get("/texts/%ff%fe"), 200, "{"],
  ["an overlong escape of a slash", get("/texts/%c0%af"), 200, "{"],
  ["an escaped slash, which divides nothing", get("/texts/a%2Fb"), 200, '{"text":"a/b"}'],
  ["an escaped NUL", get("/texts/a%00b"), 200, String.raw`{"text":"a\u0000b"}`],
  ["an escaped line break", get("/texts/a%0d%0ab"), 200, String.raw`{"text":"a\r\nb"}`],
  ["dots that leave the path", get("/texts/../../../etc/passwd"), 404, "Not Found"],
  ["escaped dots that leave the path", get("/texts/%2e%2e/%2e%2e/health"), 200, "well"],
  ["dots that stay escaped twice", get("/texts/%252e%252e"), 200, '{"text":"%2e%2e"}'],
  ["a path in capitals", get("/ITEMS/1"), 404, "Not Found"],
  ["two slashes at the beginning", get("//items/1"), 404, "Not Found"],
  ["a backslash in the path", get(String.raw`/texts\..\x`), 400, ""],
  ["a path of 12,000 letters", get(`/texts/${"x".repeat(12_000)}`), 200, "xxx"],
  ["a path that no server takes", get(`/texts/${"x".repeat(20_000)}`), 431, ""],
  ["a path with raw letters beyond ASCII", get("/texts/ü"), 400, ""],
  ["a route under another method", message("DELETE /items/1"), 405, "Method Not Allowed"],
  // Queries.
  ["no query", get("/page"), 422, '"type":"missing","loc":["query","page"],"msg":"Field required","input":null'],
  ["an empty value", get("/page?page="), 422, '"type":"int_parsing","loc":["query","page"]'],
  ["a name without a value", get("/page?page"), 422, '"type":"int_parsing","loc":["query","page"]'],
  ["a required text that is empty, which is there", get("/word?word="), 200, '{"word":""}'],
  [
    "the same name twice",
    get("/page?page=1&page=2"),
    422,
    '"type":"duplicate","loc":["query","page"],"msg":"expected one value, got 2","input":["1","2"]',
  ],
  ["the same name twice, once escaped", get("/page?page=1&%70age=2"), 422, '"type":"duplicate"'],
  [
    "all faults at once",
    get("/page?q=x"),
    422,
    '"loc":["query","page"],"msg":"Field required","input":null},{"type":"int_parsing","loc":["query","q"]',
  ],
  ["a name in brackets, which is another", get("/page?page[]=1"), 422, '"type":"missing","loc":["query","page"]'],
  ["a broken escape in the query", get("/word?word=%"), 200, '{"word":"%"}'],
  ["a broken escape of UTF-8 in the query", get("/word?word=%ff"), 200, '{"word":"'],
  ["an escaped NUL in the query", get("/word?word=%00"), 200, String.raw`{"word":"\u0000"}`],
  ["ampersands only", get("/page?&&&&"), 422, '"type":"missing"'],
  ["equals signs only", get("/page?===="), 422, '"type":"missing"'],
  ["a second question mark", get("/word?word=a?b"), 200, '{"word":"a?b"}'],
  ["a thousand parameters", get(`/many?${thousand}`), 200, "1000"],
  ["a thousand parameters of which one is none", get(`/many?${thousand}&n=x`), 422, '"loc":["query","n",1000]'],
  // Headers and cookies.
  ["a header that is not there", get("/secret"), 422, '"type":"missing","loc":["header","x-token"]'],
  ["an empty header", get("/number", "X-Number:"), 422, '"type":"int_parsing","loc":["header","x-number"]'],
  ["a header of 20 KB", get("/secret", `X-Token: ${"x".repeat(20_000)}`), 431, ""],
  ["a header with a NUL", get("/secret", "X-Token: a\0b"), 400, ""],
  ["a header name with a blank", get("/secret", "X Token: a"), 400, ""],
  ["a header on two lines", get("/secret", "X-Token: a\r\n folded"), 400, ""],
  ["a bare carriage return in a header", get("/secret", "X-Token: a\rX-Admin: 1"), 400, ""],
  ["a cookie that is not there", get("/session"), 422, '"type":"missing","loc":["cookie","session"]'],
  [
    "a cookie that is no number",
    get("/session", "Cookie: session=abc"),
    422,
    '"type":"int_parsing","loc":["cookie","session"]',
  ],
  ["a cookie header that is none", get("/session", "Cookie: ;;;=;==;;session;"), 422, '"type":"missing"'],
  ["a cookie with a broken escape", get("/theme", "Cookie: theme=%E0%A4%A"), 200, '{"theme":"%E0%A4%A"}'],
  ["a cookie in quotes", get("/theme", 'Cookie: theme="dark"'), 200, '{"theme":"dark"}'],
  ["a cookie with an escaped line break", get("/theme", "Cookie: theme=a%0d%0ab"), 200, String.raw`{"theme":"a\r\nb"}`],
  [
    "two hundred cookies",
    get("/session", `Cookie: ${Array.from({ length: 200 }, (_, index) => `c${index}=1`).join("; ")}`),
    422,
    '"type":"missing"',
  ],
];

describe.each(ways)("a request, %s:", (way) => {
  test.each(tries)("%s", async (_what, sent, status, words) => {
    const trial = await start(way);
    const received = await exchange(trial.port, sent);
    expect([statusOf(received), bodyOf(received)]).toEqual([status, expect.stringContaining(words)]);
    await trial.expectUntouched();
  });

  test("the same cookie twice", async () => {
    const trial = await start(way);
    const received = await exchange(trial.port, get("/theme", "Cookie: theme=a; theme=b"));
    expect([statusOf(received), bodyOf(received)]).toEqual([200, '{"theme":"a"}']);
  });
});
