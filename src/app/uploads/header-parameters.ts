/** A header such as `form-data; name="a"`: its first word in lower case, and its parameters by name in lower case. */
export interface ParameterHeader {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const parameter = /\s*;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/gsy;
const rest = /\s*;?\s*$/y;

/**
 * Reads a header with parameters; `undefined` when it is malformed or names a parameter twice, since two readers of
 * such a header may disagree on what it says.
 *
 * @see RFC 9110, section 5.6.6
 */
export function parseParameters(header: string): ParameterHeader | undefined {
  const end = header.indexOf(";");
  const value = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  let position = value === "" || end === -1 ? header.length : end;
  parameter.lastIndex = position;
  for (let match = parameter.exec(header); match !== null; match = parameter.exec(header)) {
    const name = (match[1] ?? "").toLowerCase();
    if (parameters.has(name)) return undefined;
    parameters.set(name, match[2] === undefined ? (match[3] ?? "").trim() : unescape(match[2]));
    position = parameter.lastIndex;
  }
  rest.lastIndex = position;
  return rest.test(header) ? { value, parameters } : undefined;
}

/** Browsers send a backslash as it is, other clients escape it: only what cannot be anything else is taken as an escape. */
function unescape(quoted: string): string {
  return quoted.replaceAll(/\\(["\\])/g, "$1");
}

/**
 * Decodes the value of a parameter such as `filename*`; `undefined` when it is malformed or in a charset other than
 * UTF-8 and ISO-8859-1.
 *
 * @see RFC 8187, section 3.2 (which took the place of RFC 5987)
 */
export function decodeExtended(value: string): string | undefined {
  const match = /^(utf-8|iso-8859-1)'[^']*'(.*)$/is.exec(value);
  if (match === null) return undefined;
  const [, charset = "", encoded = ""] = match;
  try {
    if (charset.toLowerCase() === "utf-8") return decodeURIComponent(encoded);
  } catch {
    // Broken percent escapes, or bytes that are no UTF-8.
    return undefined;
  }
  return encoded.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
