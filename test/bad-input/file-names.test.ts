import { mkdirSync, readdirSync } from "node:fs";
import { dirname } from "node:path";

import { file, type UploadFile } from "afterwork";
import { expect, test } from "vitest";

import { file as filePart, multipart, multipartType, useTestFolders, type Part } from "../app/uploads/form-samples.ts";
import { bodyOf, exchange, message, startTrial, statusOf } from "./support/trial.ts";

const folders = useTestFolders();

function upload(part: Part): Buffer {
  const body = multipart(part);
  const head = message("POST /", [`Content-Type: ${multipartType}`, `Content-Length: ${body.length}`]);
  return Buffer.concat([Buffer.from(head), body]);
}

/** The name sent, and the name under which it is saved. */
const fileNames: readonly (readonly [sent: string, saved: string])[] = [
  ["../../etc/passwd", "passwd"],
  [String.raw`..\\..\\windows\\system.ini`, "system.ini"],
  ["/etc/passwd", "passwd"],
  [String.raw`C:\\boot.ini`, "boot.ini"],
  ["....//....//a.txt", "a.txt"],
  ["..", "file"],
  [".", "file"],
  ["/", "file"],
  [".htaccess", "htaccess"],
  ["%2e%2e%2fa.txt", "%2e%2e%2fa.txt"],
  ["a%00.txt", "a%00.txt"],
  ["a.txt%0d%0aX-Injected: 1", "a.txtX-Injected_ 1"],
  ["CON", "_CON"],
  ["aux.txt", "_aux.txt"],
  ["a.txt::$DATA", "a.txt__$DATA"],
  ["a.txt. . .", "a.txt"],
  [`${"x".repeat(400)}.txt`, `${"x".repeat(251)}.txt`],
  ["\u202Etxt.exe", "txt.exe"],
  ["__proto__", "__proto__"],
  ["~/.ssh/id", "id"],
];

test.each(fileNames)("a file called %s is saved inside its folder as %s", async (sent, saved) => {
  mkdirSync(folders.target, { recursive: true });
  const trial = await startTrial((app) =>
    app.post("/", { upload: file() }, async ({ upload }: { upload: UploadFile }) => upload.saveTo(folders.target)),
  );
  const received = await exchange(trial.port, upload(filePart("upload", sent)));
  expect(statusOf(received)).toBe(200);
  expect(dirname(JSON.parse(bodyOf(received)) as string)).toBe(folders.target);
  expect(readdirSync(folders.target)).toEqual([saved]);
  await expect.poll(() => folders.leftovers()).toEqual([]);
});

/** What a handler asks of an upload, the code of the error, and its words. */
const saves: readonly (readonly [what: string, save: (upload: UploadFile) => unknown, code: string, words: string])[] =
  [
    [
      "into nothing",
      (upload) => upload.saveTo(""),
      "INVALID_OPTION",
      'saveTo: dir: expected the path of a folder, got ""',
    ],
    [
      "into null",
      (upload) => upload.saveTo(null as never),
      "INVALID_OPTION",
      "saveTo: dir: expected the path of a folder, got null",
    ],
    [
      "with null for options",
      (upload) => upload.saveTo(folders.target, null as never),
      "INVALID_OPTION",
      "the options of saveTo: expected an object, got null",
    ],
    [
      "with an unknown option",
      (upload) => upload.saveTo(folders.target, { nmae: "a" } as never),
      "INVALID_OPTION",
      'saveTo has no option "nmae"; did you mean "name"?',
    ],
    [
      "under a name that is no text",
      (upload) => upload.saveTo(folders.target, { name: 5 as never }),
      "INVALID_OPTION",
      "saveTo: name: expected a string, got 5",
    ],
    [
      "under a path",
      (upload) => upload.saveTo(folders.target, { name: "../a.txt" }),
      "UPLOAD_NAME",
      'expected a plain file name such as "cat.png", without a path, got "../a.txt"',
    ],
    [
      "under no name",
      (upload) => upload.saveTo(folders.target, { name: "" }),
      "UPLOAD_NAME",
      'expected a plain file name such as "cat.png", without a path, got ""',
    ],
    [
      "under a name with a NUL",
      (upload) => upload.saveTo(folders.target, { name: "a\0b" }),
      "UPLOAD_NAME",
      "expected a plain file name",
    ],
    [
      "under a device's name",
      (upload) => upload.saveTo(folders.target, { name: "nul.txt" }),
      "UPLOAD_NAME",
      "expected a plain file name",
    ],
    ["into a folder with a NUL", (upload) => upload.saveTo("a\0b"), "ERR_INVALID_ARG_VALUE", "null bytes"],
  ];

test.each(saves)("an upload is not saved %s", async (_what, save, code, words) => {
  const trial = await startTrial((app) =>
    app.post("/", { upload: file() }, async ({ upload }: { upload: UploadFile }) => save(upload)),
  );
  const received = await exchange(trial.port, upload(filePart("upload", "a.txt")));
  expect(statusOf(received)).toBe(500);
  expect(trial.failures.map(({ error }) => error)).toMatchObject([
    { code, message: expect.stringContaining(words) as string },
  ]);
  await expect.poll(() => folders.leftovers()).toEqual([]);
  await trial.expectAnswering();
});
