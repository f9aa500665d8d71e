import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanFileName, suffixedFileName } from "../../../src/app/uploads/file-name.ts";
import { file, megabyte, openUploads, type Part, upload, useTestFolders } from "./form-samples.ts";

const folders = useTestFolders();

/** Any text at all, made mostly of what has a meaning in a path somewhere. */
const nastyName = fc
  .array(
    fc.oneof(
      fc.constantFrom("/", "\\", "..", ".", "~", "\0", ":", "C:", "con", "%2e%2f", " ", "\u202E", "é", "\u0301", "😀"),
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
    ),
    { maxLength: 100 },
  )
  .map((pieces) => pieces.join(""));

/** A part whose file name may hold any character. */
function fileCalled(filename: string): Part {
  const encoded = encodeURIComponent(filename.toWellFormed()).replaceAll("'", "%27");
  return [`Content-Disposition: form-data; name="f"; filename*=UTF-8''${encoded}`, "content"];
}

describe("a file name that was sent", () => {
  const long = "x".repeat(300);
  const names: readonly (readonly [sent: string, saved: string])[] = [
    ["cat.png", "cat.png"],
    ["../../etc/passwd", "passwd"],
    ["..\\..\\x", "x"],
    ["/etc/passwd", "passwd"],
    ["C:\\x", "x"],
    ["C:x.txt", "x.txt"],
    ["\\\\server\\share\\x", "x"],
    ["a\0b", "ab"],
    ["a\r\nb\u2028c\u0085.txt", "abc.txt"],
    [".\0.", "file"],
    ["con.txt", "_con.txt"],
    ["CON", "_CON"],
    ["com1 .tar.gz", "_com1 .tar.gz"],
    ["LPT¹", "_LPT¹"],
    ["console.txt", "console.txt"],
    [".", "file"],
    ["..", "file"],
    ["", "file"],
    [" \t.", "file"],
    ["folder/", "file"],
    [".htaccess", "htaccess"],
    ["...hidden.txt", "hidden.txt"],
    ["trailing.txt. . ", "trailing.txt"],
    ["%2e%2e%2f", "%2e%2e%2f"],
    ["x.txt:evil.exe", "x.txt_evil.exe"],
    ['<a>|"b"?*.txt', "_a___b___.txt"],
    ["gnp.\u202Eexe", "gnp.exe"],
    ["．．／x", "．．／x"],
    ["a\u2215b\u2044c", "a\u2215b\u2044c"],
    ["cafe\u0301 日本 😀.txt", "caf\u00E9 日本 😀.txt"],
    ["\uD800.txt", "\uFFFD.txt"],
    [`${long}.png`, `${"x".repeat(251)}.png`],
    [`${"é".repeat(200)}.png`, `${"é".repeat(125)}.png`],
    [`a.${long}`, `a.${"x".repeat(253)}`],
    [`${"x".repeat(254)}. ${long}`, "x".repeat(254)],
  ];
  test.each(names)("%j is saved as %j", (sent, saved) => {
    expect(cleanFileName(sent)).toBe(saved);
  });

  test("leads directly into the folder, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(nastyName, async (filename) => {
        const { form, file: uploaded } = await upload(fileCalled(filename));
        expect(uploaded.filename).toBe(filename.toWellFormed());
        const path = await uploaded.saveTo(folders.target);
        expect(dirname(path)).toBe(folders.target);
        expect(readdirSync(folders.target)).toContain(basename(path));
        expect(readFileSync(path, "utf8")).toBe("content");
        await form.remove();
      }),
    );
    expect(readdirSync(dirname(folders.target)).toSorted()).toEqual(["target", "temporary"]);
  });

  test("is clean after one cleaning, and fits", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          nastyName,
          nastyName.map((name) => name.repeat(20)),
        ),
        fc.nat(),
        (sent, number) => {
          const name = cleanFileName(sent);
          expect(cleanFileName(name)).toBe(name);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          const suffixed = suffixedFileName(name, String(number));
          expect(cleanFileName(suffixed)).toBe(suffixed);
          expect(Buffer.byteLength(suffixed)).toBeLessThanOrEqual(255);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("takes no longer to clean for being made of dots", () => {
    const start = performance.now();
    cleanFileName(`${".".repeat(500_000)}x`);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("saving an upload", () => {
  test("writes a copy and gives its absolute path, in a folder that is made", async () => {
    const { file: uploaded } = await upload(file("f", "../cat.png", "meow"));
    const dir = join(folders.target, "deep", "er");
    const path = await uploaded.saveTo(relative(process.cwd(), dir));
    expect(path).toBe(join(dir, "cat.png"));
    expect(readFileSync(path, "utf8")).toBe("meow");
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  test("never overwrites: the next ones get numbers", async () => {
    const { file: uploaded } = await upload(file("f", "a.tar.gz"));
    mkdirSync(join(folders.target, "a.tar.gz"), { recursive: true });
    const paths = [await uploaded.saveTo(folders.target), await uploaded.saveTo(folders.target)];
    expect(paths.map((path) => basename(path))).toEqual(["a.tar-1.gz", "a.tar-2.gz"]);
  });

  test("under one name many times at once gives each copy a name of its own", async () => {
    const forms = await Promise.all(Array.from({ length: 60 }, (_, index) => upload(file("f", "x.txt", `${index}`))));
    const paths = await Promise.all(
      forms.flatMap(({ file: f }) => [f.saveTo(folders.target), f.saveTo(folders.target)]),
    );
    expect(new Set(paths).size).toBe(120);
    const contents = paths.map((path) => readFileSync(path, "utf8"));
    expect(contents).toEqual(Array.from({ length: 120 }, (_, index) => `${Math.floor(index / 2)}`));
    expect(readdirSync(folders.target)).toHaveLength(120);
  });

  test("follows no link that lies there under the name", async () => {
    const { file: uploaded } = await upload(file("f", "x.txt"));
    const victim = join(dirname(folders.target), "victim");
    mkdirSync(folders.target);
    writeFileSync(victim, "untouched");
    symlinkSync(victim, join(folders.target, "x.txt"));
    symlinkSync(join(folders.target, "nowhere"), join(folders.target, "x-1.txt"));
    expect(await uploaded.saveTo(folders.target)).toBe(join(folders.target, "x-2.txt"));
    expect(await uploaded.saveTo(folders.target, { name: "x-1.txt" })).toBe(join(folders.target, "x-1-1.txt"));
    expect(readFileSync(victim, "utf8")).toBe("untouched");
  });

  test("takes a plain name of the program's own", async () => {
    const { file: uploaded } = await upload(file("f", "x.txt"));
    expect(await uploaded.saveTo(folders.target, { name: "größe 1.txt" })).toBe(join(folders.target, "größe 1.txt"));
  });

  const refused = [
    "../x",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "/x",
    "C:x",
    "a\0b",
    "con.txt",
    ".env",
    "x.",
    "a:b",
    "x".repeat(256),
  ];
  test.each(refused)("refuses the name %j, and writes nothing", async (name) => {
    const { file: uploaded } = await upload(file("f", "x.txt"));
    const saving = uploaded.saveTo(folders.target, { name });
    await expect(saving).rejects.toMatchObject({ name: "AfterworkError", code: "UPLOAD_NAME" });
    expect(existsSync(folders.target)).toBe(false);
  });

  test("refuses an empty folder, and options that don't exist", async () => {
    const { file: uploaded } = await upload(file("f", "x.txt"));
    await expect(uploaded.saveTo("")).rejects.toThrow('saveTo: dir: expected the path of a folder, got ""');
    const misspelt = { nmae: "x.txt" } as object;
    await expect(uploaded.saveTo(folders.target, misspelt)).rejects.toThrow('did you mean "name"?');
  });

  test("that is cut short by the removal leaves no copy", async () => {
    const { form, file: uploaded } = await upload(file("f", "x.txt", "x".repeat(megabyte / 2)));
    const saving = uploaded.saveTo(folders.target);
    await expect.poll(() => existsSync(join(folders.target, "x.txt"))).toBe(true);
    await form.remove();
    const outcome: unknown = await saving.catch((error: unknown) => error);
    // The copy may have been faster; what there must never be is a part of it.
    if (typeof outcome === "string") expect(statSync(outcome).size).toBe(megabyte / 2);
    else expect([outcome, readdirSync(folders.target)]).toMatchObject([{ code: "UPLOAD_REMOVED" }, []]);
  });
});

describe("the content of an upload", () => {
  const content = "käse ".repeat(40_000);

  test("can be read again and again, as a whole and as a stream", async () => {
    const { file: uploaded } = await upload(file("f", "x.txt", content));
    const streams = [uploaded.stream(), uploaded.stream()].map((stream) => new Response(stream).text());
    expect(await Promise.all([...streams, uploaded.text()])).toEqual([content, content, content]);
    expect(Buffer.from(await uploaded.bytes()).toString()).toBe(content);
  });

  test("is refused in words that help once the form has been removed", async () => {
    const { form, file: uploaded } = await upload(file("f", "x.txt"));
    const early = uploaded.stream();
    await form.remove();
    const removed = expect.objectContaining({
      code: "UPLOAD_REMOVED",
      message: expect.stringMatching(/removed.*saveTo/),
    });
    expect(() => uploaded.stream()).toThrow(removed);
    for (const reading of [
      uploaded.bytes(),
      uploaded.text(),
      uploaded.saveTo(folders.target),
      new Response(early).text(),
    ]) {
      await expect(reading).rejects.toEqual(removed);
    }
    expect(existsSync(folders.target)).toBe(false);
    expect([uploaded.filename, uploaded.size]).toEqual(["x.txt", 7]);
  });

  test("breaks off with the removal where it is being streamed", async () => {
    const { form, file: uploaded } = await upload(file("f", "x.txt", content));
    const reader = uploaded.stream().getReader();
    expect((await reader.read()).value?.byteLength).toBe(65_536);
    await form.remove();
    await expect(reader.read()).rejects.toMatchObject({ code: "UPLOAD_REMOVED" });
  });

  test("that somebody else removed is told in the same way", async () => {
    const { file: uploaded } = await upload(file("f", "x.txt"));
    rmSync(process.env["TMPDIR"] ?? "", { recursive: true });
    mkdirSync(process.env["TMPDIR"] ?? "");
    await expect(uploaded.bytes()).rejects.toMatchObject({ code: "UPLOAD_REMOVED", cause: { code: "ENOENT" } });
    await expect(uploaded.saveTo(folders.target)).rejects.toMatchObject({ code: "UPLOAD_REMOVED" });
    expect(readdirSync(folders.target)).toEqual([]);
  });

  test.runIf(process.platform === "linux")("holds no file open when its stream is cancelled or ends", async () => {
    const { file: uploaded } = await upload(file("f", "x.txt", content));
    const before = openUploads();
    const reader = uploaded.stream().getReader();
    await reader.read();
    expect(openUploads()).toBe(before + 1);
    await reader.cancel();
    await new Response(uploaded.stream()).text();
    expect(openUploads()).toBe(before);
  });
});
