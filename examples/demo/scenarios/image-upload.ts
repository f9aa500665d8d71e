import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import sharp from "sharp";

import type { Scenario } from "../tour.ts";

export const imageUpload: Scenario = {
  title: "An uploaded image is compressed in a thread, then its original is archived",
  async run(tour) {
    const original = await makePhotograph();
    const form = new FormData();
    form.set("image", new File([original], "../../holiday.jpg", { type: "image/jpeg" }));
    form.set("quality", "60");
    const { json } = await tour.send("POST", "/images", { form, tasks: ["compress-image", "archive-original"] });

    const { bytes } = await tour.send("GET", `/images/${json.id}`);
    const image = await sharp(bytes).metadata();
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const smaller = bytes.length < original.length / 2 && image.format === "webp" && data.length > 0;
    tour.verify(`${kilobytes(original)} became ${kilobytes(bytes)}, and it decodes`, smaller, image);

    const images = join(tour.surroundings.home.folder, "images");
    const archived = await readFile(join(images, "archive", json.id, "holiday.jpg"));
    const waiting = await readdir(join(images, "incoming"));
    tour.verify("the original lies in the archive, byte for byte", original.equals(archived) && waiting.length === 0);
  },
};

function makePhotograph(): Promise<Buffer<ArrayBuffer>> {
  const noise = { type: "gaussian", mean: 128, sigma: 20 } as const;
  const create = { width: 1800, height: 1200, channels: 3, background: "gray", noise } as const;
  return sharp({ create }).jpeg({ quality: 92 }).toBuffer();
}

function kilobytes(bytes: Uint8Array): string {
  return `${Math.round(bytes.length / 1024)} kB`;
}
