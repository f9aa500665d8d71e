import { InvalidOptionError } from "../../../base/options.ts";
import type { PlaceOptions } from "./place.ts";
import { readValue } from "./values.ts";

/** What is used of a result of pg. */
export interface PgResult {
  readonly command: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What is used of a statement's options. */
export interface PgStatement {
  name?: string;
  text: string;
  values?: unknown[];
  query_timeout?: number;
  types?: { getTypeParser(oid: number, format?: string): (value: string) => unknown };
}

/** What is used of a client of pg. */
export interface PgClient {
  query(statement: PgStatement): Promise<PgResult>;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
}

/** What is used of pg's `Pool`, and of those that are made like it. */
export interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  connect(
    callback: (error: Error | undefined, client: PgClient | undefined, release: (error?: Error) => void) => void,
  ): void;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What a pool has beside that, if it is pg's own. */
export interface PgPoolParts {
  readonly options?: PlaceOptions & { readonly max?: number; readonly password?: unknown };
  readonly Client?: new (options: object) => PgRawClient;
}

/** A client as it is before it is connected. */
export interface PgRawClient extends PgClient {
  readonly host: string;
  readonly port: number;
  readonly processID?: unknown;
  readonly secretKey?: unknown;
  readonly ssl: unknown;
  readonly connection?: PgConnection;
  connect(): Promise<unknown>;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "notification", listener: (message: { channel: string; payload?: string | undefined }) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

/** The connection below a client. pg's own pool destroys its stream, too, to be rid of one that does not answer. */
export interface PgConnection {
  readonly stream: { destroy(): unknown; unref?(): unknown };
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: unknown): void;
  on(event: "connect" | "sslconnect" | "end" | "error", listener: () => void): unknown;
}

/** The parts of a pool that are not for everybody. */
export function partsOf(pool: PgPool): PgPoolParts {
  return pool as PgPoolParts;
}

/** The options of a pool for another client. A pool hides its password from those who copy what they can see. */
export function clientOptions(pool: PgPool): object {
  const { options = {} } = partsOf(pool);
  return { ...options, password: options.password };
}

/** Parsers for single statements, so that those which users set for pg as a whole change nothing there. */
export const plainTypes: NonNullable<PgStatement["types"]> = {
  getTypeParser:
    (oid: number, format?: string) =>
    (value: string): unknown => {
      if (format === "binary") throw new InvalidOptionError("pg: expected clients without `binary`, got one with it");
      return readValue(oid, value);
    },
};
