import { join } from "node:path";

import type { Place } from "../../test/support/places.ts";
import { PostgresSite } from "./postgres-site.ts";
import type { Site } from "./site.ts";

type OpenSite = (folder: string) => Promise<Site>;

/** The sites that the trial knows, by the names of their stores. */
const sites: Readonly<Record<string, OpenSite>> = { sqlite: fileSite, postgres: () => PostgresSite.open() };

/** Opens a site with nothing in it; `folder` is for its files. */
export async function openSite(store: string, folder: string): Promise<Site> {
  const open = sites[store];
  if (open === undefined) throw new Error(`expected a store of ${Object.keys(sites).join(", ")}, got ${store}`);
  return await open(folder);
}

/** Nothing comes over a file. */
async function fileSite(folder: string): Promise<Site> {
  const place: Place = { kind: "sqlite", path: join(folder, "chaos.db") };
  const nothing = async (): Promise<void> => {};
  return { place, calmPlace: place, hasClock: false, counts: {}, trouble: nothing, [Symbol.asyncDispose]: nothing };
}
