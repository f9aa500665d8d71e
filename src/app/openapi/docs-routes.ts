import type { Hono } from "hono";

import { defaultDocs, type DocsOptions } from "../app-options.ts";
import { docsAsset, docsPage } from "./docs-page.ts";
import type { OpenApiDocument } from "./openapi.ts";
import { detail } from "../response/error-response.ts";

/** Serves the OpenAPI document, made at the first request, and the page that shows it. */
export function addDocsRoutes(hono: Hono, document: () => OpenApiDocument, options: DocsOptions): void {
  const { path: page = defaultDocs.path, openapi: openApiUrl = defaultDocs.openapi } = options;
  let text: string | undefined;
  hono.get(openApiUrl, () => {
    text ??= JSON.stringify(document());
    return new Response(text, { headers: { "content-type": "application/json" } });
  });
  hono.get(page, () => {
    const html = docsPage({ title: document().info.title, openApiUrl, assetsUrl: page });
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  });
  hono.get(`${page}/:asset`, async (context) => {
    const asset = await docsAsset(context.req.param("asset"));
    if (asset === undefined) return detail(404, "Not Found");
    return new Response(asset.bytes, {
      headers: { "content-type": asset.type, "cache-control": "public, max-age=3600" },
    });
  });
}
