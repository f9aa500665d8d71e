/** What runs in worker threads. */
import { rename, stat } from "node:fs/promises";

import sharp from "sharp";

/** Writes a smaller copy, and returns how large it is. Nobody ever sees half a file. */
export async function compress(source: string, target: string, quality: number): Promise<number> {
  const draft = `${target}.part`;
  await sharp(source)
    .rotate()
    .resize({ width: 1600, height: 1600, fit: "inside", withoutEnlargement: true })
    .webp({ quality })
    .toFile(draft);
  await rename(draft, target);
  return (await stat(target)).size;
}
