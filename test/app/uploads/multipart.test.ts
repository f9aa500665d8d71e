import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readForm } from "../../../src/app/uploads/multipart.ts";
import {
  boundary,
  contentsOf,
  field,
  file,
  megabyte,
  multipart,
  multipartType,
  openUploads,
  type Part,
  read,
  streamOf,
  upload,
  useTestFolders,
} from "./form-samples.ts";

const folders = useTestFolders();

describe("a multipart form", () => {
  test("gives fields and files by name, all values in their order", async () => {
    const parts = [field("tag", "one"), file("cat", "cat.txt", "meow"), field("tag", "two"), field("title", "")];
    const form = await read(multipart(...parts));
    expect([...form.fields]).toEqual([
      ["tag", ["one", "two"]],
      ["title", [""]],
    ]);
    const [cat, ...others] = form.files.get("cat") ?? [];
    expect(others).toEqual([]);
    expect(cat).toMatchObject({ filename: "cat.txt", type: "text/plain", size: 4 });
    expect(await cat?.text()).toBe("meow");
    expect(openUploads()).toBe(0);
  });

  test("that a standard client made is read as it was meant", async () => {
    const sent = new FormData();
    sent.append('a "quoted"\r\nname', "text with ümlaut 😀\r\nand two lines");
    sent.append("photo", new File([new Uint8Array([0, 255, 13, 10, 45, 45])], 'größe "1".png', { type: "image/png" }));
    const request = new Request("http://localhost/", { method: "POST", body: sent });
    const contentType = request.headers.get("content-type") ?? "";
    const form = await readForm({ contentType, body: request.body, limits: { bodyLimit: megabyte } });
    expect([...form.fields]).toEqual([['a "quoted"\r\nname', ["text with ümlaut 😀\r\nand two lines"]]]);
    const [photo] = form.files.get("photo") ?? [];
    expect(photo).toMatchObject({ filename: 'größe "1".png', type: "image/png", size: 6 });
    expect([...((await photo?.bytes()) ?? [])]).toEqual([0, 255, 13, 10, 45, 45]);
  });

  test("without any part is an empty form", async () => {
    const form = await read(multipart());
    expect([form.fields.size, form.files.size]).toEqual([0, 0]);
  });

  test("may have a preamble and an epilogue", async () => {
    const body = Buffer.concat([Buffer.from("preamble\r\n"), multipart(field("a", "1")), Buffer.from("epilogue")]);
    for (const chunkSize of [1, 7, body.length]) {
      expect(await contentsOf(await read(body, { chunkSize }))).toEqual([["a", "1"]]);
    }
  });

  test("is the same in whatever chunks it arrives", async () => {
    const tricky = `\r\n--${boundary.slice(0, -1)}\r\n\r\n--\r\n----${boundary}`;
    const parts = [field("a", tricky), file("b", "b.txt", tricky.repeat(50)), field("a", ""), file("c", "c.txt", "")];
    const body = multipart(...parts);
    const expected = await contentsOf(await read(body));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (chunkSize) => {
        const form = await read(body, { chunkSize });
        expect(await contentsOf(form)).toEqual(expected);
        await form.remove();
      }),
    );
  });

  test("carries any bytes unchanged", async () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom("\r", "\n", "\r\n", "--", boundary));
    const content = fc
      .array(piece, { maxLength: 20 })
      .map((pieces) => Buffer.concat(pieces.map((p) => Buffer.from(p))));
    const withoutBoundary = content.filter((bytes) => !bytes.includes(`--${boundary}`));
    await fc.assert(
      fc.asyncProperty(withoutBoundary, fc.integer({ min: 1, max: 200 }), async (bytes, chunkSize) => {
        const form = await read(multipart(file("f", "f.bin", bytes)), { chunkSize });
        const [uploaded] = form.files.get("f") ?? [];
        expect(Buffer.from((await uploaded?.bytes()) ?? []).equals(bytes)).toBe(true);
        await form.remove();
      }),
    );
  });

  test("leaves no trace of a file input that was left empty", async () => {
    const form = await read(multipart(file("photo", "", ""), field("a", "1")), { limits: { maxFiles: 0 } });
    expect(form.files.has("photo")).toBe(false);
    expect(folders.leftovers()).toEqual([]);
  });

  test("keeps an empty file that has a name, and a nameless file that has content", async () => {
    const form = await read(multipart(file("empty", "empty.txt", ""), file("nameless", "", "content")));
    expect(form.files.get("empty")).toMatchObject([{ filename: "empty.txt", size: 0 }]);
    expect(form.files.get("nameless")).toMatchObject([{ filename: "", size: 7 }]);
  });

  test("cannot reach a prototype through the name of a field", async () => {
    const form = await read(multipart(field("__proto__", "x"), field("constructor", "y"), file("__proto__", "z.txt")));
    expect([...form.fields.keys()]).toEqual(["__proto__", "constructor"]);
    expect(form.files.get("__proto__")).toHaveLength(1);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    expect(form.fields.get("toString")).toBeUndefined();
  });

  test("keeps its files in a private folder until it is removed", async () => {
    const { form } = await upload(file("f", "f.txt"));
    const [folder = ""] = readdirSync(tmpdir());
    expect(statSync(join(tmpdir(), folder)).mode & 0o777).toBe(0o700);
    expect(statSync(join(tmpdir(), folder, "0")).mode & 0o777).toBe(0o600);
    await Promise.all([form.remove(), form.remove()]);
    await form.remove();
    expect(folders.leftovers()).toEqual([]);
  });

  test("makes no folder when it has no files", async () => {
    await read(multipart(field("a", "1")));
    expect(folders.leftovers()).toEqual([]);
  });
});

describe("the headers of a part", () => {
  const dispositions: readonly (readonly [disposition: string, filename: string])[] = [
    ['name="f"; filename="naïve 日本.txt"', "naïve 日本.txt"],
    ["name=f; filename=plain.txt", "plain.txt"],
    ['name="f"; filename="a;b=c.txt"', "a;b=c.txt"],
    ['name="f"; filename="a\\"b.txt"', 'a"b.txt'],
    ['name="f"; filename="C:\\dir\\cat.png"', "C:\\dir\\cat.png"],
    ['name="f"; filename="%2e%2e%2f"', "%2e%2e%2f"],
    [`name="f"; filename="x.txt"; filename*=UTF-8''%e2%82%ac%20rates.txt`, "€ rates.txt"],
    [`filename*=utf-8'de'gr%C3%B6%C3%9Fe.txt; name="f"`, "größe.txt"],
    [`name="f"; filename*=ISO-8859-1''%A3.txt`, "£.txt"],
    ['name="f" ; FILENAME="upper.txt" ;', "upper.txt"],
  ];
  test.each(dispositions)("%s name the file", async (disposition, filename) => {
    const { file: uploaded } = await upload([`Content-Disposition: form-data; ${disposition}`, "x"]);
    expect(uploaded.filename).toBe(filename);
    expect(uploaded.type).toBe("application/octet-stream");
  });

  test("say the charset of a field, which is UTF-8 otherwise", async () => {
    const latin: Part = [`${field("a", "")[0]}\r\nContent-Type: text/plain; charset=ISO-8859-1`, Buffer.from([0xe4])];
    const unknown: Part = [`${field("b", "")[0]}\r\nContent-Type: text/plain; charset=klingon`, "ä"];
    expect(await contentsOf(await read(multipart(latin, unknown, field("c", "ä"))))).toEqual([
      ["a", "ä"],
      ["b", "ä"],
      ["c", "ä"],
    ]);
  });

  test("make a part without a file name a field, whatever its type", async () => {
    const json: Part = [`${field("data", "")[0]}\r\nContent-Type: application/octet-stream`, "{}"];
    expect((await read(multipart(json))).fields.get("data")).toEqual(["{}"]);
  });
});

test("a large upload is written to the disk as it comes, and is not gathered in memory", async () => {
  const chunk = new Uint8Array(65_536);
  const chunkCount = 1_600;
  const head = multipart(file("f", "big.bin", "")).subarray(0, -`\r\n--${boundary}--\r\n`.length);
  const memory = (): number => process.memoryUsage().rss;
  const before = memory();
  let sent = 0;
  let largestLead = 0;
  let largestGrowth = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(head),
    pull(controller) {
      largestLead = Math.max(largestLead, sent * chunk.byteLength - spooledBytes());
      largestGrowth = Math.max(largestGrowth, memory() - before);
      sent += 1;
      if (sent <= chunkCount) return controller.enqueue(chunk);
      controller.enqueue(Buffer.from(`\r\n--${boundary}--`));
      controller.close();
    },
  });
  const form = await readForm({ contentType: multipartType, body, limits: { bodyLimit: 200 * megabyte } });
  expect(form.files.get("f")?.[0]?.size).toBe(chunkCount * chunk.byteLength);
  expect(largestLead).toBeLessThanOrEqual(4 * chunk.byteLength);
  expect(largestGrowth).toBeLessThan(50 * megabyte);
  await form.remove();
});

function spooledBytes(): number {
  return folders.leftovers().reduce((sum, entry) => sum + sizeOf(join(tmpdir(), entry)), 0);
}

function sizeOf(path: string): number {
  const stats = statSync(path);
  return stats.isFile() ? stats.size : 0;
}

test("a body in the smallest chunks is read like any other", async () => {
  const form = await readForm({
    contentType: `Multipart/Form-Data; charset=utf-8; boundary="${boundary}"`,
    body: streamOf(multipart(field("a", "1"), file("f", "f.txt")), 1),
    limits: { bodyLimit: megabyte },
  });
  expect(await contentsOf(form)).toEqual([
    ["a", "1"],
    ["f", "content"],
  ]);
});
