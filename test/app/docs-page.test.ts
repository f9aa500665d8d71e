import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { docsAsset, docsPage } from "../../src/app/openapi/docs-page.ts";

const page = docsPage({ title: "Shop", openApiUrl: "/openapi.json" });

async function textOf(name: string): Promise<string> {
  const asset = await docsAsset(name);
  return new TextDecoder().decode(asset?.bytes);
}

describe("the documentation page", () => {
  test("names the API and its document", () => {
    expect(page).toContain("<title>Shop</title>");
    expect(page).toContain('data-openapi-url="/openapi.json"');
  });

  test("escapes what it is given", () => {
    const hostile = docsPage({ title: `</title><script>"&'`, openApiUrl: '/x"><script>', assetsUrl: "/d&o'cs" });
    expect(hostile).toContain("<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;&#39;</title>");
    expect(hostile).toContain('data-openapi-url="/x&quot;&gt;&lt;script&gt;"');
    expect(hostile).toContain('href="/d&amp;o&#39;cs/swagger-ui.css"');
  });

  test("has nothing inline and nothing from elsewhere, so a strict content security policy lets it be", () => {
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=|https?:|"\/\//);
  });

  test("asks only for files that are served", async () => {
    const names = [...page.matchAll(/(?:src|href)="\/docs\/([^"]+)"/g)].map(([, name]) => name ?? "");
    expect(names).toHaveLength(4);
    for (const name of names) expect((await docsAsset(name))?.bytes.length).toBeGreaterThan(0);
  });

  test("asks for them where it is told", () => {
    expect(docsPage({ title: "Shop", openApiUrl: "o.json", assetsUrl: "./docs" })).toContain(
      'src="./docs/swagger-ui-bundle.js"',
    );
  });
});

describe("the files of the documentation page", () => {
  test.each([
    ["swagger-ui.css", "text/css; charset=utf-8"],
    ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
    ["swagger-ui-bundle.js.LICENSE.txt", "text/plain; charset=utf-8"],
    ["favicon-32x32.png", "image/png"],
    ["LICENSE", "text/plain; charset=utf-8"],
    ["NOTICE", "text/plain; charset=utf-8"],
  ])("%s is served from the package as %s", async (name, type) => {
    const asset = await docsAsset(name);
    const onDisk = await readFile(new URL(`../../assets/swagger-ui/${name}`, import.meta.url));
    expect(asset?.type).toBe(type);
    expect(onDisk.equals(asset?.bytes ?? new Uint8Array())).toBe(true);
  });

  test("Swagger UI's licence is among them", async () => expect(await textOf("LICENSE")).toContain("Apache License"));

  test("the script that starts Swagger UI takes the document's address from the page", async () => {
    const started: object[] = [];
    const element = { dataset: { openapiUrl: "/openapi.json" } };
    const source = await textOf("swagger-initializer.js");
    runInNewContext(source, {
      document: { getElementById: () => element },
      SwaggerUIBundle: (options: object) => started.push(options),
    });
    expect(started).toEqual([expect.objectContaining({ url: "/openapi.json", domNode: element })]);
  });

  test("a file is read once", async () => {
    expect(await docsAsset("swagger-ui.css")).toBe(await docsAsset("swagger-ui.css"));
  });

  test.each(["", "VERSION", "index.html", "../../package.json", "..%2f..%2fpackage.json", "constructor", "LICENSE/"])(
    "%j is no such file",
    async (name) => expect(await docsAsset(name)).toBeUndefined(),
  );
});
