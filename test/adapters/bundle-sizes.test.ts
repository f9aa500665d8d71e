import { readFile } from "node:fs/promises";

import { afterAll, describe, expect, test, vi } from "vitest";

import { adapters, limits, type AdapterName } from "../../scripts/bundle-sizes/adapters.ts";
import { bundleOf, type Bundle } from "../../scripts/bundle-sizes/bundle.ts";
import { sizeTable } from "../../scripts/bundle-sizes/table.ts";

vi.setConfig({ testTimeout: 60_000 });

/** What an adapter may leave to be imported: its own framework, and what that itself brings. */
const own: Readonly<Record<AdapterName, readonly string[]>> = {
  hono: [],
  fastify: [],
  express: [],
  koa: [],
  h3: ["h3"],
  nestjs: ["@nestjs/common", "@nestjs/core", "rxjs"],
  next: ["next/headers.js", "next/server.js"],
  node: [],
};

const elsewhere =
  /^src\/(?:stores|servers|cli|testing|app\/openapi\/document|background\/threads)\b|^src\/engine\/engine\.ts$/;
const measured = new Map<AdapterName, Promise<Bundle>>();

function measure(adapter: AdapterName): Promise<Bundle> {
  const bundle = measured.get(adapter) ?? bundleOf(adapter);
  measured.set(adapter, bundle);
  return bundle;
}

afterAll(async () => console.log(sizeTable(await Promise.all(measured.values()))));

describe.each(adapters)("afterwork/%s", (adapter) => {
  test("it brings no package along but those that write cookies and ids", async () => {
    const { modules } = await measure(adapter);
    const packages = modules.map(({ path }) => packageOf(path)).filter((name) => name !== undefined);
    expect([...new Set(packages)].toSorted()).toEqual(["cookie", "uuid"]);
  });

  test("it imports no framework but its own, and no database client", async () => {
    const { imported } = await measure(adapter);
    expect(imported.filter((name) => !own[adapter].includes(name))).toEqual([]);
  });

  test("it brings no store, no engine, no server and no threads along", async () => {
    const { modules } = await measure(adapter);
    expect(modules.map(({ path }) => path).filter((path) => elsewhere.test(path))).toEqual([]);
  });

  test("it loads what forms need when the first form is read", async () => {
    const { modules, later } = await measure(adapter);
    expect(later.map(packageOf)).toContain("@fastify/busboy");
    expect(modules.map(({ path }) => path)).not.toContain("src/app/uploads/multipart.ts");
  });

  test("it is no larger than it was", async () => {
    const { minified, gzipped } = await measure(adapter);
    const [mostMinified, mostGzipped] = limits[adapter];
    expect(minified / 1_000).toBeLessThan(mostMinified);
    expect(gzipped / 1_000).toBeLessThan(mostGzipped);
  });

  test("the documentation tells its size, give or take 2 kB", async () => {
    const page = await readFile(new URL("../../docs/bundle-sizes.md", import.meta.url), "utf8");
    const [, told] = new RegExp(`\`afterwork/${adapter}\` \\| ([\\d.]+) kB`).exec(page) ?? [];
    const { minified } = await measure(adapter);
    expect(Math.abs(Number(told) - minified / 1_000)).toBeLessThan(2);
  });
});

function packageOf(path: string): string | undefined {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1];
}
