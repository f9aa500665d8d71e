/** Throw it anywhere in a request, its dependencies included: the client gets `{"detail": …}` with this status. */
export class HTTPException extends Error {
  override readonly name = "HTTPException";
  /** From 400 to 599. */
  readonly status: number;
  /** The same, for frameworks that look for it by this name. */
  readonly statusCode: number;
  /** May clients see the message? Frameworks that answer this error by themselves ask. */
  readonly expose: boolean;
  /** Any JSON; a string by convention. */
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  /** @throws {RangeError} when `status` is no whole number from 400 to 599. */
  constructor(
    status: number,
    detail: unknown = reasons[status] ?? "Error",
    headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(typeof detail === "string" ? detail : `HTTP ${status}`, options);
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`HTTPException: expected a status from 400 to 599, got ${String(status)}`);
    }
    this.status = status;
    this.statusCode = status;
    this.expose = status < 500;
    this.detail = detail;
    this.headers = headers;
  }
}

/** @see https://www.iana.org/assignments/http-status-codes */
const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
