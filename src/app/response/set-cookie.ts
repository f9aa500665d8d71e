import { stringifySetCookie } from "cookie";

/** How a browser keeps a cookie. */
export type CookieOptions = {
  readonly domain?: string;
  readonly path?: string;
  readonly expires?: Date;
  /** In seconds. */
  readonly maxAge?: number;
  readonly httpOnly?: boolean;
  readonly sameSite?: "Strict" | "Lax" | "None" | "strict" | "lax" | "none";
  readonly priority?: "Low" | "Medium" | "High" | "low" | "medium" | "high";
  /** Puts `__Secure-` or `__Host-` before the name, and sets what browsers ask of such cookies. */
  readonly prefix?: "host" | "secure";
} & (
  | { readonly partitioned: true; readonly secure: true }
  | { readonly partitioned?: boolean; readonly secure?: boolean }
);

const names = /^[\w!#$%&'*.^`|~+-]+$/;
const mostSeconds = 400 * 24 * 60 * 60;

/**
 * The value of a `set-cookie` header.
 *
 * @throws {Error} for what no browser would keep.
 * @see RFC 6265bis, section 4.1
 */
export function setCookie(name: string, value: string, given: CookieOptions): string {
  const options = withPrefix(given);
  const whole = prefixed(name, options);
  check(whole, options);
  const { prefix: _inName, sameSite, priority, ...attributes } = options;
  return stringifySetCookie({
    name: whole,
    value,
    ...attributes,
    ...(sameSite === undefined ? {} : { sameSite: lowerCase(sameSite) }),
    ...(priority === undefined ? {} : { priority: lowerCase(priority) }),
  });
}

function withPrefix(options: CookieOptions): CookieOptions {
  if (options.prefix === undefined) return options;
  if (options.prefix === "secure") return { ...options, secure: true };
  const { domain: _anyHost, ...others } = options;
  return { ...others, secure: true, path: "/" };
}

function prefixed(name: string, { prefix }: CookieOptions): string {
  if (prefix === undefined) return name;
  return `${prefix === "host" ? "__Host-" : "__Secure-"}${name}`;
}

function check(name: string, options: CookieOptions): void {
  const { domain, path, expires, maxAge, secure, partitioned } = options;
  if (!names.test(name)) throw refused(name, "a name of letters, digits and !#$%&'*+-.^_`|~");
  for (const [attribute, text = ""] of [["domain", domain] as const, ["path", path] as const]) {
    if (/[;\r\n]/.test(text)) throw refused(name, `a ${attribute} without semicolons and line breaks`);
  }
  if (maxAge !== undefined && maxAge > mostSeconds) throw refused(name, "to last for at most 400 days");
  if (expires !== undefined && expires.getTime() - Date.now() > mostSeconds * 1_000) {
    throw refused(name, "to expire within 400 days");
  }
  if (secure === true) return checkHost(name, options);
  if (partitioned === true) throw refused(name, "to be secure, as it is partitioned");
  if (/^__(?:secure|host)-/i.test(name)) throw refused(name, "to be secure, as its name says so");
}

function checkHost(name: string, { domain, path }: CookieOptions): void {
  if (!/^__host-/i.test(name)) return;
  if (path !== "/") throw refused(name, 'the path "/", as its name says so');
  if (domain !== undefined && domain !== "") throw refused(name, "no domain, as its name says so");
}

function refused(name: string, wanted: string): Error {
  return new Error(`the cookie ${JSON.stringify(name)}: expected ${wanted}`);
}

function lowerCase<Word extends string>(word: Word): Lowercase<Word> {
  return word.toLowerCase() as Lowercase<Word>;
}
