import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import sharp from "sharp";
import { expect, test } from "vitest";

import { router } from "../../examples/image-upload/router.ts";
import { runExample, type RunningExample } from "./support/running-example.ts";

interface Answer {
  readonly id: string;
  readonly bytes: number;
}

function makePng(): Promise<Buffer<ArrayBuffer>> {
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  return sharp({ create: { width: 2000, height: 500, channels: 3, background: "gray", noise } })
    .png()
    .toBuffer();
}

function upload(example: RunningExample, file: File, quality?: string): Promise<Response> {
  const form = new FormData();
  form.set("image", file);
  if (quality !== undefined) form.set("quality", quality);
  return fetch(`${example.url}/images`, { method: "POST", body: form });
}

test("an image is compressed in a thread, and then its original is archived", async () => {
  const example = await runExample(router);
  const original = await makePng();
  const response = await upload(example, new File([original], "noise.png", { type: "image/png" }), "50");
  expect(response.status).toBe(202);
  const { id, bytes } = (await response.json()) as Answer;
  expect(bytes).toBe(original.length);
  await example.untilEnded("archive-original");
  expect(example.ended).toEqual(["compress-image", "archive-original"]);

  const compressed = Buffer.from(await (await fetch(`${example.url}/images/${id}`)).arrayBuffer());
  expect(await sharp(compressed).metadata()).toMatchObject({ format: "webp", width: 1600, height: 400 });
  expect(compressed.length).toBeLessThan(original.length / 2);
  const archived = await readFile(join(example.folder, "images", "archive", id, "noise.png"));
  expect(archived.equals(original)).toBe(true);
  expect(await readdir(join(example.folder, "images", "incoming"))).toEqual([]);
});

test("a file name cannot leave the folder of its upload", async () => {
  const example = await runExample(router);
  const file = new File([await makePng()], "../../../evil.png", { type: "image/png" });
  const { id } = (await (await upload(example, file)).json()) as Answer;
  await example.untilEnded("archive-original");
  expect(await readdir(join(example.folder, "images", "archive", id))).toEqual(["evil.png"]);
});

test("what only claims to be an image is refused, and nothing of it stays", async () => {
  const example = await runExample(router);
  const response = await upload(example, new File(["no image"], "cat.png", { type: "image/png" }));
  expect(response.status).toBe(415);
  expect(await readdir(join(example.folder, "images", "incoming"))).toEqual([]);
});

test("an image that nobody has uploaded is not found", async () => {
  const example = await runExample(router);
  expect((await fetch(`${example.url}/images/${crypto.randomUUID()}`)).status).toBe(404);
  expect((await fetch(`${example.url}/images/..%2Farchive`)).status).toBe(422);
});
