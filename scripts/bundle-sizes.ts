// Writes docs/bundle-sizes.md: `node scripts/bundle-sizes.ts`. With the name of an adapter, `node scripts/bundle-sizes.ts hono`,
// prints the files that it pulls in instead, with their bytes before they are minified.
import { writeFile } from "node:fs/promises";

import { adapters } from "./bundle-sizes/adapters.ts";
import { bundleOf } from "./bundle-sizes/bundle.ts";
import { sizePage } from "./bundle-sizes/page.ts";

const [, , only] = process.argv;

if (only === undefined) {
  const bundles = [];
  for (const adapter of adapters) bundles.push(await bundleOf(adapter));
  await writeFile(new URL("../docs/bundle-sizes.md", import.meta.url), sizePage(bundles));
} else {
  const { modules } = await bundleOf(only);
  for (const { path, bytes } of modules) console.log(`${String(bytes).padStart(6)}  ${path}`);
}
