import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { pages, root } from "./support/documents.ts";

const links = pages().flatMap(({ path, text }) =>
  [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => ({ from: path, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target)),
);

/** The anchor that GitHub gives to a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .trim()
    .replace(/\s/g, "-");
}

test.each(links)("$from links to $target, which is there", ({ from, target }) => {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : join(dirname(from), file);
  expect(existsSync(join(root, path))).toBe(true);
  if (anchor === undefined) return;
  const headings = [...readFileSync(join(root, path), "utf8").matchAll(/^#+ (.*)$/gm)];
  expect(headings.map(([, heading = ""]) => anchorOf(heading))).toContain(anchor);
});

test("the README leads to every page", () => {
  const linked = links.filter(({ from }) => from === "README.md").map(({ target }) => target);
  const others = pages()
    .map(({ path }) => path)
    .filter((path) => !["README.md", "docs/README.md"].includes(path));
  expect(others.filter((path) => !linked.includes(path))).toEqual([]);
});
