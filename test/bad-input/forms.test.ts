import { file, form, int, type App } from "afterwork";
import { describe, expect, test } from "vitest";

import {
  boundary,
  field,
  file as filePart,
  multipart,
  multipartType,
  openUploads,
  useTestFolders,
  type Part,
} from "../app/uploads/form-samples.ts";
import { bodyOf, exchange, message, startTrial, statusOf, ways } from "./support/trial.ts";

const folders = useTestFolders();

function define(app: App, notes: string[]): void {
  app.post("/age", { age: form(int) }, ({ age }) => ({ age }));
  app.post("/tags", { tag: form.all() }, ({ tag }) => ({ tag }));
  app.post("/photo", { photo: file({ maxSize: 1000, types: ["text/plain"] }) }, ({ photo }) => ({ size: photo.size }));
  app.post("/photos", { photo: file.all({ maxSize: 1000, maxCount: 2 }) }, ({ photo }) => photo.length);
  app.post(
    "/maybe",
    { photo: file({ optional: true, maxSize: 1000 }), age: form(int.optional()) },
    ({ photo }) => photo?.size ?? null,
  );
  app.post(
    "/late",
    { photo: file(), age: form(int) },
    ({ background }) => void background.addTask(() => void notes.push("task")),
  );
}

const typed = (path: string, type: string, body: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      message(`POST ${path}`, [...(type === "" ? [] : [`Content-Type: ${type}`]), `Content-Length: ${body.length}`]),
    ),
    Buffer.from(body as string),
  ]);
const urlencoded = (path: string, body: string): Buffer => typed(path, "application/x-www-form-urlencoded", body);
const parts = (path: string, ...all: readonly Part[]): Buffer => typed(path, multipartType, multipart(...all));
const cut = (path: string, end: number): Buffer =>
  typed(path, multipartType, multipart(filePart("photo", "a.txt")).subarray(0, end));
const image: Part = ['Content-Disposition: form-data; name="photo"; filename="a.png"\r\nContent-Type: image/png', "x"];

/** What is sent, the status, and words of the body. */
const tries: readonly (readonly [what: string, sent: Buffer, status: number, words: string])[] = [
  ["no form", typed("/age", "", ""), 422, '"type":"missing","loc":["body","age"]'],
  ["an empty form", urlencoded("/age", ""), 422, '"type":"missing","loc":["body","age"]'],
  [
    "JSON for a form",
    typed("/age", "application/json", '{"age":1}'),
    415,
    String.raw`expected the content type multipart/form-data or application/x-www-form-urlencoded, got \"application/json\"`,
  ],
  [
    "a form without a type",
    typed("/age", "", "age=1"),
    415,
    "expected the content type multipart/form-data or application/x-www-form-urlencoded, got none",
  ],
  [
    "multipart of another kind",
    typed("/age", `multipart/mixed; boundary=${boundary}`, "x"),
    415,
    "expected the content type multipart/form-data",
  ],
  ["an empty value", urlencoded("/age", "age="), 422, '"type":"int_parsing","loc":["body","age"]'],
  [
    "the same field twice",
    urlencoded("/age", "age=1&age=2"),
    422,
    '"type":"duplicate","loc":["body","age"],"msg":"expected one value, got 2"',
  ],
  [
    "the same part twice",
    parts("/age", field("age", "1"), field("age", "2")),
    422,
    '"type":"duplicate","loc":["body","age"]',
  ],
  ["a broken escape", urlencoded("/tags", "tag=%zz&tag=%"), 200, '{"tag":["%zz","%"]}'],
  ["a thousand and one fields", urlencoded("/tags", "x&".repeat(1001)), 413, "expected at most 1000 fields"],
  ["a body beyond the limit", urlencoded("/tags", `tag=${"x".repeat(5000)}`), 413, "expected a body of at most"],
  [
    "a name of two kilobytes",
    urlencoded("/tags", `${"x".repeat(2000)}=1`),
    413,
    "expected the name of a field to have at most 1024 bytes",
  ],
  [
    "no boundary",
    typed("/photo", "multipart/form-data", multipart(filePart("photo", "a.txt"))),
    422,
    '"type":"form_invalid","loc":["body"],"msg":"expected the content type multipart/form-data to have a boundary of 1 to 70 characters"',
  ],
  [
    "an empty boundary",
    typed("/photo", 'multipart/form-data; boundary=""', "x"),
    422,
    "a boundary of 1 to 70 characters",
  ],
  [
    "two boundaries",
    typed("/photo", "multipart/form-data; boundary=a; boundary=b", "x"),
    422,
    "a boundary of 1 to 70 characters",
  ],
  [
    "a boundary of 71 letters",
    typed("/photo", `multipart/form-data; boundary=${"b".repeat(71)}`, "x"),
    422,
    "a boundary of 1 to 70 characters",
  ],
  [
    "another boundary than it says",
    typed("/photo", "multipart/form-data; boundary=other", multipart(filePart("photo", "a.txt"))),
    422,
    "expected a multipart body with its final boundary",
  ],
  ["multipart of nothing", typed("/photo", multipartType, ""), 422, ""],
  ["a body that breaks off in a boundary", cut("/photo", 10), 422, "expected a multipart body with its final boundary"],
  ["a body that breaks off in a header", cut("/photo", 80), 422, "expected a multipart body with its final boundary"],
  ["a body that breaks off in a file", cut("/photo", 160), 422, "expected a multipart body with its final boundary"],
  [
    "a part without a name",
    parts("/photo", ["Content-Disposition: form-data", "x"]),
    422,
    "expected each part to have the header Content-Disposition: form-data",
  ],
  [
    "a part without headers",
    typed("/photo", multipartType, `--${boundary}\r\n\r\nx\r\n--${boundary}--\r\n`),
    422,
    "expected each part to",
  ],
  [
    "a part that is an attachment",
    parts("/photo", ['Content-Disposition: attachment; name="photo"', "x"]),
    422,
    "expected each part to have the header Content-Disposition",
  ],
  [
    "two dispositions",
    parts("/photo", ['Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="photo"', "x"]),
    422,
    "expected one header content-disposition in each part, got more",
  ],
  [
    "a file name in a strange charset",
    parts("/photo", [`Content-Disposition: form-data; name="photo"; filename*=utf-7''a`, "x"]),
    422,
    "expected filename* to be such as UTF-8''cat.png",
  ],
  ["no file", parts("/photo", field("other", "x")), 422, '"type":"missing","loc":["body","photo"]'],
  ["a field for a file", parts("/photo", field("photo", "x")), 422, '"type":"missing","loc":["body","photo"]'],
  ["an empty file input", parts("/photo", filePart("photo", "", "")), 422, '"type":"missing","loc":["body","photo"]'],
  ["an empty file input that may be", parts("/maybe", filePart("photo", "", "")), 200, "null"],
  ["an urlencoded form for a file", urlencoded("/photo", "photo=x"), 422, '"type":"missing","loc":["body","photo"]'],
  ["a file of exactly the limit", parts("/photo", filePart("photo", "a.txt", "x".repeat(1000))), 200, '{"size":1000}'],
  [
    "a file of one byte more",
    parts("/photo", filePart("photo", "a.txt", "x".repeat(1001))),
    413,
    String.raw`expected the file \"photo\" to have at most 1000 bytes`,
  ],
  [
    "a file of another type",
    parts("/photo", image),
    415,
    "photo: expected a file of the type text/plain, got image/png",
  ],
  [
    "a file whose type is written otherwise",
    parts("/photo", [
      'Content-Disposition: form-data; name="photo"; filename="a"\r\nContent-Type: Text/Plain; charset=utf-8',
      "x",
    ]),
    200,
    '{"size":1}',
  ],
  [
    "two files for one",
    parts("/photo", filePart("photo", "a.txt"), filePart("photo", "b.txt")),
    413,
    "expected at most 1 files",
  ],
  [
    "three files for two",
    parts("/photos", ...["a", "b", "c"].map((name) => filePart("photo", name))),
    413,
    "expected at most 2 files",
  ],
  [
    "a file that nobody asked for",
    parts("/age", field("age", "1"), filePart("virus", "a.exe")),
    413,
    "expected at most 0 files",
  ],
  [
    "a file beside a fault",
    parts("/late", filePart("photo", "a.txt"), field("age", "x")),
    422,
    '"type":"int_parsing","loc":["body","age"]',
  ],
  [
    "a file beside a field that lacks",
    parts("/late", filePart("photo", "a.txt")),
    422,
    '"type":"missing","loc":["body","age"]',
  ],
  [
    "thirty headers in a part",
    parts("/photo", [
      `${Array.from({ length: 30 }, (_, index) => `X-${index}: 1\r\n`).join("")}Content-Disposition: form-data; name="photo"`,
      "x",
    ]),
    413,
    "expected at most 20 headers in each part",
  ],
];

describe.each(ways)("a form, %s:", (way) => {
  test.each(tries)("%s", async (_what, sent, status, words) => {
    const trial = await startTrial(define, { way, bodyLimit: 4000 });
    const received = await exchange(trial.port, sent);
    expect([statusOf(received), bodyOf(received)]).toEqual([status, expect.stringContaining(words)]);
    await expect.poll(() => folders.leftovers()).toEqual([]);
    expect(openUploads()).toBe(0);
    await trial.expectUntouched();
  });
});
