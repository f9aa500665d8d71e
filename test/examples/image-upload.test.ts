import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import sharp from "sharp";
import { expect, test } from "vitest";

import { router } from "../../examples/image-upload/router.ts";
import * as tasks from "../../examples/image-upload/tasks.ts";
import { openExample, type DurableExample } from "./support/durable-example.ts";

interface Answer {
  readonly id: string;
  readonly bytes: number;
  readonly job: string;
}

function open(): Promise<DurableExample> {
  return openExample(router, { tasks });
}

function makePng(): Promise<Buffer<ArrayBuffer>> {
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  return sharp({ create: { width: 2000, height: 500, channels: 3, background: "gray", noise } })
    .png()
    .toBuffer();
}

function upload({ client }: DurableExample, image: File, quality = "70"): ReturnType<typeof client.post> {
  return client.post("/images", { form: { image, quality } });
}

test("an image is compressed in a thread, and then its original is archived", async () => {
  const example = await open();
  const original = await makePng();
  const response = await upload(example, new File([original], "noise.png", { type: "image/png" }), "50");
  expect(response.status).toBe(202);
  const { id, bytes, job } = response.json<Answer>();
  expect(bytes).toBe(original.length);
  const jobs = await example.client.jobs();
  expect(jobs.map(({ task, status }) => [task, status])).toEqual([
    ["compress-image", "succeeded"],
    ["archive-original", "succeeded"],
  ]);
  expect(jobs[1]).toMatchObject({ id: job, parents: [jobs[0]?.id] });

  const compressed = (await example.client.get(`/images/${id}`)).bytes();
  expect(await sharp(compressed).metadata()).toMatchObject({ format: "webp", width: 1600, height: 400 });
  expect(compressed.length).toBeLessThan(original.length / 2);
  const archived = await readFile(join(example.folder, "images", "archive", id, "noise.png"));
  expect(archived.equals(original)).toBe(true);
  expect(await readdir(join(example.folder, "images", "incoming"))).toEqual([]);
});

test("a file name cannot leave the folder of its upload", async () => {
  const example = await open();
  const file = new File([await makePng()], "../../../evil.png", { type: "image/png" });
  const { id } = (await upload(example, file)).json<Answer>();
  expect(await readdir(join(example.folder, "images", "archive", id))).toEqual(["evil.png"]);
});

test("an original that was archived by an attempt whose process ended is no error", async () => {
  const archived = { id: "an-upload" };
  const { client, folder } = await openExample(router, {
    tasks,
    include: (app) => app.post("/again", ({ background }) => void background.addTask(tasks.archiveOriginal, archived)),
  });
  const { id } = (
    await upload({ client, folder }, new File([await makePng()], "a.png", { type: "image/png" }))
  ).json<Answer>();
  archived.id = id;
  await client.post("/again");
  expect((await client.jobs()).at(-1)).toMatchObject({ task: "archive-original", status: "succeeded", attempt: 1 });
  archived.id = "never-uploaded";
  await client.post("/again");
  await expect(client.advance("1m")).rejects.toThrow("ENOENT");
});

test("what only claims to be an image is refused, and nothing of it stays", async () => {
  const example = await open();
  const response = await upload(example, new File(["no image"], "cat.png", { type: "image/png" }));
  expect(response.status).toBe(415);
  expect(await readdir(join(example.folder, "images", "incoming"))).toEqual([]);
  expect(await example.client.jobs()).toEqual([]);
});

test("an image that nobody has uploaded is not found", async () => {
  const { client } = await open();
  expect((await client.get(`/images/${crypto.randomUUID()}`)).status).toBe(404);
  expect((await client.get("/images/..%2Farchive")).status).toBe(422);
});
