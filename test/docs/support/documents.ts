import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));

/** A page of the documentation. */
export interface Page {
  /** From the root, such as `docs/testing.md`. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  /** Such as `docs/testing.md:12`. */
  readonly place: string;
  readonly language: string;
  /** What stands behind the language. */
  readonly info: string;
  readonly code: string;
}

/** README.md and all pages of docs/. */
export function pages(): readonly Page[] {
  const docs = readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`);
  return ["README.md", ...docs].map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** The TypeScript of a page. */
export function typescriptOf(page: Page): readonly Block[] {
  return blocksOf(page).filter(({ language }) => language === "ts");
}

/** All fenced blocks of a page. */
export function blocksOf({ path, text }: Page): readonly Block[] {
  const fences = [...text.matchAll(/^```(\w*) ?(.*)\n([\s\S]*?)^```$/gm)];
  return fences.map(({ index, 1: language = "", 2: info = "", 3: code = "" }) => {
    const line = text.slice(0, index).split("\n").length;
    return { place: `${path}:${line}`, language, info: info.trim(), code };
  });
}
