import { parseCookie } from "cookie";

/**
 * The value of one cookie among those of a request, without the quotes around it and percent-decoded where it can be;
 * `undefined` if there is none. Of several with this name the first counts.
 *
 * @see RFC 6265, section 5.4
 */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return undefined;
  return parseCookie(header, { decode })[name];
}

function decode(value: string): string {
  const plain = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
