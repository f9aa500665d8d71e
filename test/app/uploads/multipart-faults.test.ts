import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { FormError, type FormFault } from "../../../src/app/uploads/form-error.ts";
import type { FormLimits } from "../../../src/app/uploads/form-limits.ts";
import { readForm } from "../../../src/app/uploads/multipart.ts";
import {
  boundary,
  faultOf,
  field,
  file,
  megabyte,
  multipart,
  multipartType,
  openUploads,
  read,
  streamOf,
  useTestFolders,
} from "./form-samples.ts";

const folders = useTestFolders();
afterEach(() => expect({ left: folders.leftovers(), open: openUploads() }).toEqual({ left: [], open: 0 }));

describe("a limit", () => {
  const faults: readonly (readonly [string, Buffer, Partial<FormLimits>, FormFault, string | undefined])[] = [
    ["the body", multipart(file("f", "f.txt", "x".repeat(500))), { bodyLimit: 600 }, "too-large", undefined],
    ["the size of a file", multipart(file("f", "f.txt", "x".repeat(101))), { maxFileSize: 100 }, "too-large", "f"],
    [
      "the number of files",
      multipart(file("a", "a"), file("b", "b"), file("c", "c")),
      { maxFiles: 2 },
      "too-many",
      "c",
    ],
    [
      "the number of fields",
      multipart(field("a", ""), file("f", "f"), field("b", "")),
      { maxFields: 1 },
      "too-many",
      "b",
    ],
    ["the size of a field", multipart(file("f", "f"), field("a", "123456")), { maxFieldSize: 5 }, "too-large", "a"],
    [
      "the headers of a part",
      multipart(file("a", "a"), ["A: 1\r\nB: 2\r\nC: 3", ""]),
      { maxHeaderPairs: 2 },
      "too-many",
      undefined,
    ],
    [
      "the size of headers",
      multipart([`A: ${"x".repeat(17_000)}\r\n${field("a", "")[0]}`, ""]),
      {},
      "too-large",
      undefined,
    ],
    [
      "the size of huge headers",
      multipart([`A: ${"x".repeat(170_000)}\r\n${field("a", "")[0]}`, ""]),
      {},
      "too-large",
      undefined,
    ],
    ["the length of a name", multipart(field("x".repeat(2_000), "")), {}, "too-large", undefined],
  ];
  test.each(faults)("on %s is kept, whatever the chunks", async (_, body, limits, kind, name) => {
    for (const chunkSize of [50, body.length]) {
      const fault = await faultOf(read(body, { limits, chunkSize }));
      expect({ kind: fault.kind, field: fault.field }).toEqual({ kind, field: name });
      expect(fault.message).toMatch(/^expected .*at most \d+/);
    }
  });

  test("that is just reached is not exceeded", async () => {
    const body = multipart(file("f", "f.txt", "12345"), field("a", "12345"));
    const limits = {
      bodyLimit: body.length,
      maxFileSize: 5,
      maxFieldSize: 5,
      maxFiles: 1,
      maxFields: 1,
      maxHeaderPairs: 2,
    };
    const form = await read(body, { limits });
    expect(form.fields.get("a")).toEqual(["12345"]);
    await form.remove();
  });

  test("has a default for files and for fields", async () => {
    const files = Array.from({ length: 21 }, (_, index) => file("f", `${index}.txt`));
    expect((await faultOf(read(multipart(...files)))).kind).toBe("too-many");
    const fields = Array.from({ length: 1_001 }, () => field("a", ""));
    expect((await faultOf(read(multipart(...fields)))).message).toBe(
      'expected at most 1000 fields, got more, such as "a"',
    );
  });

  test("on the body leaves the rest unread and uncancelled, so that an answer can still be sent", async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1_000)),
      cancel: () => void (cancelled = true),
    });
    const reading = readForm({ contentType: multipartType, body: endless, limits: { bodyLimit: 10_000 } });
    expect((await faultOf(reading)).kind).toBe("too-large");
    expect({ cancelled, locked: endless.locked }).toEqual({ cancelled: false, locked: false });
  });
});

describe("a malformed multipart body", () => {
  const whole = multipart(file("f", "f.txt", "some content"), field("a", "1"));
  const disposition = "Content-Disposition: form-data";
  const bodies: readonly (readonly [string, string | Buffer])[] = [
    ["that is empty", ""],
    ["that is garbage", "garbage".repeat(1_000)],
    ["that has another boundary", whole.toString().replaceAll(boundary, "other")],
    ["that ends without its final boundary", whole.subarray(0, whole.indexOf(`--${boundary}--`))],
    ["with a part without headers", multipart(file("f", "f.txt"), ["", "x"])],
    ["with a part that ends within its headers", `--${boundary}\r\n${disposition}; name="a"\r\n--${boundary}--`],
    ["with nothing between two boundaries", `--${boundary}\r\n--${boundary}--`],
    ["with a part without a disposition", multipart(file("f", "f.txt"), ["Content-Type: text/plain", "x"])],
    ["with a part that is an attachment", multipart(['Content-Disposition: attachment; name="a"', "x"])],
    ["with a part without a name", multipart(file("f", "f.txt"), [`${disposition}; filename="x.txt"`, "x"])],
    ["with a part of two names", multipart([`${disposition}; name="a"; name="b"`, "x"])],
    ["with a part of two dispositions", multipart([`${disposition}; name="a"\r\n${disposition}; name="b"`, "x"])],
    ["with an open quotation", multipart([`${disposition}; name="a`, "x"])],
    ["with headers that are no headers", multipart(["garbage", "x"])],
    ["with a broken filename*", multipart([`${disposition}; name="f"; filename*=UTF-8''%e2%82`, "x"])],
    ["with a filename* of an unknown charset", multipart([`${disposition}; name="f"; filename*=klingon''x`, "x"])],
  ];
  test.each(bodies)("%s is refused", async (_, body) => {
    expect((await faultOf(read(Buffer.from(body)))).kind).toBe("malformed");
    expect((await faultOf(read(Buffer.from(body), { chunkSize: 3 }))).kind).toBe("malformed");
  });

  test("is refused wherever it breaks off", async () => {
    const end = whole.length - "\r\n".length;
    for (let length = 0; length < end; length += 1) {
      expect((await faultOf(read(whole.subarray(0, length), { chunkSize: 64 }))).kind).toBe("malformed");
    }
    await (await read(whole.subarray(0, end))).remove();
  });

  test("ends in a form or in a FormError, whatever is wrong with it", async () => {
    const fragments = [
      "\r\n",
      "--",
      `--${boundary}`,
      "\r\n\r\n",
      disposition,
      '; name="a"',
      '; filename="b"',
      ": ",
      "x",
      "\0",
    ];
    const body = fc.array(fc.oneof(fc.constantFrom(...fragments), fc.string()), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(body, fc.integer({ min: 1, max: 100 }), async (pieces, chunkSize) => {
        const bytes = Buffer.from(`--${boundary}\r\n${disposition}; name="a"\r\n\r\n${pieces.join("")}`);
        const form = await read(bytes, { chunkSize }).catch((error: unknown) => error);
        if (form instanceof FormError) expect(form.kind).toBe("malformed");
        else await (form as Awaited<ReturnType<typeof read>>).remove();
        expect(folders.leftovers()).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    "multipart/form-data",
    "multipart/form-data; boundary=",
    `multipart/form-data; boundary=${"x".repeat(71)}`,
  ])("of the type %s has no boundary to go by", async (contentType) => {
    const fault = await faultOf(read(whole, { contentType }));
    expect(fault).toMatchObject({ kind: "malformed", message: expect.stringContaining("boundary") });
  });

  test("that isn't there is refused as well", async () => {
    const limits = { bodyLimit: megabyte };
    expect((await faultOf(readForm({ contentType: multipartType, body: null, limits }))).kind).toBe("malformed");
  });
});

test.each(["application/json", "text/plain", "", "multipart/mixed; boundary=x", "multipart/form-data-x"])(
  "the content type %j is refused with those that are taken",
  async (contentType) => {
    const fault = await faultOf(read(Buffer.from("{}"), { contentType }));
    expect(fault.kind).toBe("media-type");
    expect(fault.message).toContain(
      "expected the content type multipart/form-data or application/x-www-form-urlencoded",
    );
  },
);

describe("a body that fails", () => {
  const half = multipart(file("f", "f.txt", "x".repeat(200_000))).subarray(0, 100_000);

  test("passes its own error on and leaves nothing behind", async () => {
    const source = streamOf(half, 1_000).getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const next = await source.read();
        if (next.done) return controller.error(new Error("the line is dead"));
        controller.enqueue(next.value);
      },
    });
    const reading = readForm({ contentType: multipartType, body, limits: { bodyLimit: megabyte } });
    await expect(reading).rejects.toThrow("the line is dead");
  });

  test("since the disk does passes that error on", async () => {
    process.env["TMPDIR"] = "/dev/null";
    const reading = read(multipart(file("f", "f.txt")));
    await expect(reading).rejects.toMatchObject({ code: "ENOTDIR" });
  });
});
