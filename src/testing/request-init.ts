import { anObject, checkOptions, expected, type OptionRules } from "../base/options.ts";

/** What a test sends beside method and path. Of `json`, `form` and `body` at most one. */
export interface TestRequestInit {
  readonly headers?: Readonly<Record<string, string>>;
  /** Added to the path; a list gives its name several times. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>>;
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** Sent urlencoded, or as multipart when a file is among the values. */
  readonly form?: Readonly<Record<string, FormValue | readonly FormValue[]>>;
  /** Sent as it is. */
  readonly body?: TestBody;
  /** The client goes away when it aborts. */
  readonly signal?: AbortSignal;
}

/** A body that is sent as it is. */
export type TestBody =
  | string
  | Uint8Array<ArrayBuffer>
  | Blob
  | FormData
  | URLSearchParams
  | ReadableStream<Uint8Array>;

type QueryValue = string | number | boolean;
type FormValue = string | Blob;

/** What all requests of a test client have in common. */
export interface CommonInit {
  /** Paths stand behind that of this URL. */
  readonly base: URL;
  readonly headers: Headers;
}

/** The standard request for what a test wants to send. */
export function toRequest(method: string, path: string, init: TestRequestInit, common: CommonInit): Request {
  checkPath(method, path);
  checkOptions(`${method} ${path}`, init, initRules);
  const url = new URL(common.base.pathname.replace(/\/$/, "") + path, common.base);
  for (const [name, value] of entries(init.query)) url.searchParams.append(name, String(value));
  const headers = new Headers(common.headers);
  for (const [name, value] of Object.entries(init.headers ?? {})) headers.set(name, value);
  const body = toBody(init, headers);
  return new Request(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body, duplex: "half" }),
    ...(init.signal === undefined ? {} : { signal: init.signal }),
  });
}

const initRules: OptionRules = {
  headers: anObject,
  query: anObject,
  json: { expected: "JSON", accepts: () => true },
  form: anObject,
  body: { expected: "a body", accepts: (value) => value !== null },
  signal: { expected: "an AbortSignal", accepts: (value) => value instanceof AbortSignal },
};

/** @throws {InvalidOptionError} for what a handshake does not have. */
export function checkSocketInit(path: string, init: Pick<TestRequestInit, "headers" | "query">): void {
  checkPath("ws", path);
  checkOptions(`ws ${path}`, init, { headers: anObject, query: anObject });
}

function checkPath(method: string, path: unknown): void {
  const isPath = typeof path === "string" && path.startsWith("/") && !path.startsWith("//");
  if (!isPath) throw expected(`${method}: path`, 'a path that begins with "/"', path);
}

function toBody(init: TestRequestInit, headers: Headers): TestBody | undefined {
  const given = (["json", "form", "body"] as const).filter((name) => init[name] !== undefined);
  if (given.length > 1) throw expected("the body of a test request", "one of json, form and body", given.join(" and "));
  if (init.form !== undefined) return toForm(init.form);
  if (init.json === undefined) return init.body;
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  return JSON.stringify(init.json);
}

function toForm(form: NonNullable<TestRequestInit["form"]>): FormData | URLSearchParams {
  const pairs = entries(form);
  const target = pairs.some(([, value]) => value instanceof Blob) ? new FormData() : new URLSearchParams();
  for (const [name, value] of pairs) target.append(name, value as string);
  return target;
}

function entries<Value>(values: Readonly<Record<string, Value | readonly Value[]>> = {}): [string, Value][] {
  return Object.entries(values).flatMap(([name, value]) => {
    const all: readonly Value[] = Array.isArray(value) ? value : [value as Value];
    return all.map((one): [string, Value] => [name, one]);
  });
}
