// Copies what the API's documentation page serves from swagger-ui-dist to assets/swagger-ui/, so that the published
// package serves it without a dependency and without a content delivery network.
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FILES = [
  "swagger-ui.css",
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "favicon-32x32.png",
  "LICENSE",
  "NOTICE",
];

const manifest = fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json"));
const source = dirname(manifest);
const target = fileURLToPath(new URL("../assets/swagger-ui/", import.meta.url));
const stamp = join(target, "VERSION");
const wanted = `${JSON.parse(readFileSync(manifest, "utf8")).version} ${FILES.join(" ")}\n`;

if (readStamp() !== wanted) {
  mkdirSync(target, { recursive: true });
  for (const file of FILES) copyWhole(file);
  writeFileSync(stamp, wanted);
}

function readStamp(): string | undefined {
  try {
    return readFileSync(stamp, "utf8");
  } catch {
    return undefined;
  }
}

/** A rename, so that a test run beside this one never reads half a file. */
function copyWhole(file: string): void {
  const partial = join(target, `.${file}.${process.pid}`);
  copyFileSync(join(source, file), partial);
  renameSync(partial, join(target, file));
}
