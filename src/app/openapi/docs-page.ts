import { AfterworkError } from "../../base/errors.ts";

/** What the documentation page needs to know; URLs are used as they are, so they may be relative. */
export interface DocsPageOptions {
  readonly title: string;
  /** Where the page's browser finds the OpenAPI document. */
  readonly openApiUrl: string;
  /** Where it finds what {@link docsAsset} gives; without a slash at the end. Default `"/docs"`. */
  readonly assetsUrl?: string;
}

/** A file of the documentation page, and its media type. */
export interface DocsAsset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/**
 * The HTML of the documentation page. Nothing in it is inline or comes from elsewhere, so it works under the content
 * security policy `default-src 'self'; img-src 'self' data:`.
 */
export function docsPage({ title, openApiUrl, assetsUrl = "/docs" }: DocsPageOptions): string {
  const assets = escapeHtml(assetsUrl);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" type="image/png" href="${assets}/favicon-32x32.png">
<link rel="stylesheet" href="${assets}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-openapi-url="${escapeHtml(openApiUrl)}"></div>
<script src="${assets}/swagger-ui-bundle.js"></script>
<script src="${assets}/swagger-initializer.js"></script>
</body>
</html>
`;
}

const initializer = `const element = document.getElementById("swagger-ui");
SwaggerUIBundle({ url: element.dataset.openapiUrl, domNode: element, deepLinking: true });
`;

const text = "text/plain; charset=utf-8";
const script = "text/javascript; charset=utf-8";

/** Swagger UI's files with its licence. Whatever isn't here isn't served. */
const files: ReadonlyMap<string, string> = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", script],
  ["swagger-ui-bundle.js.LICENSE.txt", text],
  ["favicon-32x32.png", "image/png"],
  ["LICENSE", text],
  ["NOTICE", text],
]);

const loaded = new Map<string, Promise<DocsAsset>>();

/**
 * One of the files that the documentation page asks for, `undefined` for any other name. Each is read when it is first
 * asked for, and kept.
 *
 * @throws {AfterworkError} `PLATFORM` where the package's files can't be read, such as on a platform without files.
 */
export async function docsAsset(name: string): Promise<DocsAsset | undefined> {
  if (name === "swagger-initializer.js") return { bytes: new TextEncoder().encode(initializer), type: script };
  const type = files.get(name);
  if (type === undefined) return undefined;
  const asset = loaded.get(name) ?? read(name, type);
  loaded.set(name, asset);
  return asset;
}

/** Both `src/app/openapi` and `dist/app/openapi` lie three folders below the package's root. */
async function read(name: string, type: string): Promise<DocsAsset> {
  try {
    // Imported here, so that platforms without files can still import the app.
    const { readFile } = await import("node:fs/promises");
    return { bytes: await readFile(new URL(`../../../assets/swagger-ui/${name}`, import.meta.url)), type };
  } catch (cause) {
    loaded.delete(name);
    throw new AfterworkError("PLATFORM", `the documentation page's ${name} can't be read`, { cause });
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(value: string): string {
  return value.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
