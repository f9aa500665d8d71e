import type { Store } from "afterwork";
import { postgres } from "afterwork/postgres";
import { sqlite } from "afterwork/sqlite";
import { Pool } from "pg";

/** What another process has to know to use the same store. */
export type Place =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string; readonly schema: string };

/** A store at this place, not opened yet. `connections`: how many it may have to a server, where there are many processes. */
export function storeAt(place: Place, { connections }: { readonly connections?: number } = {}): Store {
  if (place.kind === "sqlite") return sqlite(place.path);
  const { url, schema } = place;
  if (connections === undefined) return postgres(url, { schema });
  return postgres(new Pool({ connectionString: url, max: connections, allowExitOnIdle: true }), { schema });
}

/** The place that this process was told in its environment. */
export function toldPlace(): Place {
  return JSON.parse(process.env["PLACE"] ?? "") as Place;
}
