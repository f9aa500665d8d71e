/**
 * An uploaded image is compressed in a worker thread after the response, and then its original is archived: a chain of
 * two durable tasks. They are given paths and numbers, never the upload itself, so that any worker can run them.
 */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { HTTPException, Router, chain, file, form, path } from "afterwork";
import sharp from "sharp";
import { z } from "zod";

import { archiveOriginal, compressImage, folders } from "./tasks.ts";

const maxSize = 10 * 1024 * 1024;

export const router = new Router({ prefix: "/images", tags: ["image upload"], inputs: { folders } });

router.post(
  "",
  {
    image: file({ maxSize, types: ["image/*"] }),
    quality: form(z.coerce.number().int().min(1).max(100).default(70)),
  },
  { status: 202, summary: "Upload an image" },
  async ({ image, quality, folders, background }) => {
    const format = await sharp(await image.bytes())
      .metadata()
      .then(({ format }) => format)
      .catch(() => {
        throw new HTTPException(415, "this is not an image");
      });
    const id = randomUUID();
    const original = await image.saveTo(join(folders.incoming, id));
    const job = background.addTask(chain([compressImage, id, original, quality], archiveOriginal));
    return { id, format, bytes: image.size, job: job.id };
  },
);

router.get(
  "/:id",
  { id: path(z.uuid()) },
  { summary: "The compressed image, when it is ready" },
  async ({ id, folders }) => {
    const image = await readFile(join(folders.compressed, `${id}.webp`)).catch(() => {
      throw new HTTPException(404, "there is no such image, or not yet");
    });
    return new Response(image, { headers: { "content-type": "image/webp" } });
  },
);
