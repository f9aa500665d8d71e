import {
  aBoolean,
  aString,
  checkOptions,
  describe,
  expected,
  oneOf,
  wholeNumber,
  type OptionRules,
} from "../../base/options.ts";
import { setCookie, type CookieOptions } from "./set-cookie.ts";

export type { CookieOptions } from "./set-cookie.ts";

const cookieRules: OptionRules = {
  domain: aString,
  path: aString,
  expires: { expected: "a date", accepts: (value) => value instanceof Date && !Number.isNaN(value.getTime()) },
  maxAge: wholeNumber(0),
  httpOnly: aBoolean,
  secure: aBoolean,
  partitioned: aBoolean,
  sameSite: oneOf("Strict", "Lax", "None", "strict", "lax", "none"),
  priority: oneOf("Low", "Medium", "High", "low", "medium", "high"),
  prefix: oneOf("host", "secure"),
};

/** Status, headers and cookies that go with a plain return value. A `Response` of one's own is sent as it is. */
export class ResponseDraft {
  #status: number | undefined;
  #headers: Headers | undefined;

  /** `undefined` until it is set; then the status of the route is not used. */
  get status(): number | undefined {
    return this.#status;
  }

  /** @throws {RangeError} when it is no whole number from 200 to 599. */
  set status(status: number) {
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError(`response.status: expected a whole number from 200 to 599, got ${describe(status)}`);
    }
    this.#status = status;
  }

  /** A line break in a value throws a `TypeError`. */
  get headers(): Headers {
    return (this.#headers ??= new Headers());
  }

  /** Has any header been set? */
  get hasHeaders(): boolean {
    return this.#headers !== undefined;
  }

  /**
   * Adds a `set-cookie` header; the value is percent-encoded.
   *
   * @throws {InvalidOptionError} for an unknown option or one of a wrong type, and for a value that is no string.
   * @throws {Error} for a name, path or domain that no cookie can have, and for one that would last over 400 days.
   * @see RFC 6265
   */
  cookie(name: string, value: string, options: CookieOptions = {}): void {
    checkOptions("response.cookie", options, cookieRules);
    if (typeof value !== "string") throw expected("response.cookie: value", "a string", value);
    this.headers.append("set-cookie", setCookie(name, value, { path: "/", ...options }));
  }
}
