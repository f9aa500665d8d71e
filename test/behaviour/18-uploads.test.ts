import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import { App, file, form, HTTPException, task, type UploadFile } from "afterwork";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";

const folders = { root: "", temporary: "", target: "" };

/** What lies in the temporary folder of the system. */
const spooled = (): string[] => readdirSync(folders.temporary, { recursive: true }).map(String);

beforeEach(() => {
  const original = process.env["TMPDIR"];
  folders.root = realpathSync(mkdtempSync(join(tmpdir(), "uploads-test-")));
  folders.temporary = join(folders.root, "temporary");
  folders.target = join(folders.root, "target");
  mkdirSync(folders.temporary);
  process.env["TMPDIR"] = folders.temporary;
  onTestFinished(() => {
    if (original === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = original;
    rmSync(folders.root, { recursive: true });
  });
});

function formOf(content: string, name = "photo.png"): FormData {
  const sent = new FormData();
  sent.append("title", "a photo");
  sent.append("photo", new File([content], name, { type: "image/png" }));
  return sent;
}

describe("18: an uploaded file handed to a task is readable there and removed afterwards", () => {
  test("in the handler, in its tasks, and after a task has failed", async () => {
    const seen: unknown[] = [];
    const kept: UploadFile[] = [];
    const [started, mayGoOn] = [makeGate(), makeGate()];
    const resize = task("resize", async (_context, photo: UploadFile) => {
      started.open();
      await mayGoOn.passed;
      seen.push(await photo.text(), spooled().length > 0);
    });
    const app = new App().post("/", { title: form(), photo: file() }, async ({ title, photo, background }) => {
      kept.push(photo);
      background.addTask(resize, photo);
      background.addTask(() => {
        throw new Error("a task failed");
      });
      background.addTask(async (photo: UploadFile) => void seen.push((await photo.bytes()).length), photo);
      return [title, photo.filename, photo.type, photo.size, await photo.text()];
    });
    app.on("taskFailed", () => seen.push("failed"));
    const server = await listen(app);
    const content = "x".repeat(300_000);
    const response = await fetch(server.url, { method: "POST", body: formOf(content) });
    expect(await response.json()).toEqual(["a photo", "photo.png", "image/png", 300_000, content]);
    await started.passed;
    expect(spooled()).not.toEqual([]);
    mayGoOn.open();
    await server.close();
    expect(seen).toEqual([content, true, "failed", 300_000]);
    expect(spooled()).toEqual([]);
    await expect(kept[0]?.text()).rejects.toMatchObject({ code: "UPLOAD_REMOVED" });
  });

  test.each([
    ["without a task", () => "ok", 200],
    [
      "when the handler fails",
      () => {
        throw new HTTPException(409);
      },
      409,
    ],
  ])("removed %s as well", async (_name, answer, status) => {
    const app = new App().post("/", { photo: file() }, answer);
    const server = await listen(app);
    expect((await fetch(server.url, { method: "POST", body: formOf("x") })).status).toBe(status);
    await server.close();
    expect(spooled()).toEqual([]);
  });

  test("removed when the input is invalid, and when the file is too large", async () => {
    const app = new App().post("/", { photo: file({ maxSize: 1000 }), missing: form() }, () => "never");
    const server = await listen(app);
    expect((await fetch(server.url, { method: "POST", body: formOf("x") })).status).toBe(422);
    expect((await fetch(server.url, { method: "POST", body: formOf("x".repeat(2000)) })).status).toBe(413);
    await server.close();
    expect(spooled()).toEqual([]);
  });
});

const nastyNames = [
  "../../../etc/passwd",
  "/etc/passwd",
  "..\\..\\windows\\system32\\cmd.exe",
  "C:\\Windows\\win.ini",
  "\\\\server\\share\\x",
  "..",
  ".",
  "",
  "   ",
  "....//....//x",
  ".ssh/authorized_keys",
  ".bashrc",
  "..%2f..%2fx",
  "a/../../b",
  "x\0.png",
  "x\n.png",
  "nul",
  "CON.txt",
  "x.png:stream",
  "~root",
  "\u202Egnp.exe",
  "x".repeat(1000) + ".png",
  "𝒳".repeat(200),
];

describe("18: saveTo(dir) cannot leave dir, whatever the file name", () => {
  test.each(nastyNames)("%j", async (name) => {
    const saved: string[] = [];
    const app = new App().post("/", { photo: file() }, ({ photo, background }) => {
      background.addTask(async () => void saved.push(await photo.saveTo(folders.target)));
      return photo.filename;
    });
    app.on("taskFailed", ({ error }) => saved.push(String(error)));
    const server = await listen(app);
    // Sent by hand: FormData changes some of these names itself.
    const quoted = name.replaceAll('"', "%22").replaceAll("\n", "%0A");
    const head = `--b\r\ncontent-disposition: form-data; name="photo"; filename="${quoted}"\r\n\r\n`;
    const response = await fetch(server.url, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=b" },
      body: `${head}content\r\n--b--\r\n`,
    });
    await server.close();
    expect(response.status).toBe(200);
    const [path = ""] = saved;
    expect(dirname(path)).toBe(folders.target);
    expect(basename(path)).toMatch(/^[^./\\\0\n][^/\\\0\n]*$/u);
    expect(readdirSync(folders.target)).toEqual([basename(path)]);
    expect(readFileSync(path, "utf8")).toBe("content");
    expect(readdirSync(folders.root).toSorted()).toEqual(["target", "temporary"]);
  });

  test("nothing is overwritten, and no link is followed", async () => {
    mkdirSync(folders.target);
    const outside = join(folders.root, "outside.txt");
    writeFileSync(outside, "untouched");
    symlinkSync(outside, join(folders.target, "photo.png"));
    symlinkSync(join(folders.root, "nowhere"), join(folders.target, "photo-1.png"));
    const saved: string[] = [];
    const app = new App().post("/", { photo: file() }, async ({ photo }) => {
      saved.push(await photo.saveTo(folders.target), await photo.saveTo(folders.target));
    });
    const { url } = await listen(app);
    expect((await fetch(url, { method: "POST", body: formOf("new") })).status).toBe(200);
    expect(saved.map((path) => basename(path))).toEqual(["photo-2.png", "photo-3.png"]);
    expect(readFileSync(outside, "utf8")).toBe("untouched");
    expect(existsSync(join(folders.root, "nowhere"))).toBe(false);
  });

  test.each(["../x", "/x", "a/b", "..", "", "x\0"])(
    "a name of the program's own that would leave it is refused: %j",
    async (name) => {
      const errors: unknown[] = [];
      const app = new App().post("/", { photo: file() }, async ({ photo }) => {
        await photo.saveTo(folders.target, { name }).catch((error: unknown) => errors.push(error));
      });
      const { url } = await listen(app);
      await fetch(url, { method: "POST", body: formOf("new") });
      expect(errors).toEqual([expect.objectContaining({ code: "UPLOAD_NAME" })]);
      expect(existsSync(join(folders.root, "x"))).toBe(false);
    },
  );
});
