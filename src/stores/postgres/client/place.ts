/** Where a client connects to, as far as its options say so. */
export interface PlaceOptions {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly database?: unknown;
  readonly connectionString?: unknown;
}

/** Names a server and its database for messages, without user or password: `PostgreSQL at 127.0.0.1:5432/test`. */
export function placeOf(options: PlaceOptions): string {
  const url = typeof options.connectionString === "string" ? parse(options.connectionString) : undefined;
  const host = url?.host ?? first(options.host) ?? process.env["PGHOST"] ?? "localhost";
  const port = url?.port ?? first(options.port) ?? process.env["PGPORT"] ?? "5432";
  const database = url?.database ?? first(options.database) ?? process.env["PGDATABASE"];
  return `PostgreSQL at ${host}:${port}${database === undefined ? "" : `/${database}`}`;
}

interface UrlPlace {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly database: string | undefined;
}

function parse(text: string): UrlPlace | undefined {
  if (!URL.canParse(text)) return undefined;
  const { hostname, port, pathname, searchParams } = new URL(text);
  return {
    host: searchParams.get("host") ?? first(decode(hostname)),
    port: searchParams.get("port") ?? first(port),
    database: first(decode(pathname.slice(1))),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** postgres.js keeps the hosts and ports that it may try in arrays. */
function first(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "number" || (typeof one === "string" && one !== "") ? String(one) : undefined;
}
