import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";

import { depends, settings, task, threads } from "afterwork";
import { z } from "zod";

const images = threads<typeof import("./image-work.ts")>(new URL("./image-work.ts", import.meta.url), {
  maxThreads: 2,
  timeout: "20s",
});

const config = settings(z.object({ DATA_DIR: z.string().default("data") }));

export const folders = depends.app({ config }, async function folders({ config }) {
  const root = join(config.DATA_DIR, "images");
  const made = {
    incoming: join(root, "incoming"),
    compressed: join(root, "compressed"),
    archive: join(root, "archive"),
  };
  for (const folder of Object.values(made)) await mkdir(folder, { recursive: true });
  return made;
});

export const compressImage = task(
  "compress-image",
  { deps: { folders }, durable: true, retries: 1, timeout: "30s" },
  async ({ folders, signal }, id: string, original: string, quality: number) => {
    const target = join(folders.compressed, `${id}.webp`);
    const size = await images.compress.with({ signal })(original, target, quality);
    return { id, target, size };
  },
);

/** May run twice: when the process ends after the move and before that is noted, the original lies there already. */
export const archiveOriginal = task(
  "archive-original",
  { deps: { folders }, durable: true, retries: 1 },
  async ({ folders }, { id }: { readonly id: string }) => {
    const target = join(folders.archive, id);
    await rename(join(folders.incoming, id), target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
  },
);
