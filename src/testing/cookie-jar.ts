/** The cookies of a test client: what responses set, requests send. Paths and domains are not looked at. */
export class CookieJar extends Map<string, string> {
  /** Takes in the `set-cookie` headers of a response. */
  take(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";");
      const split = pair.indexOf("=");
      const name = pair.slice(0, split).trim();
      if (attributes.some(isExpired)) this.delete(name);
      else this.set(name, pair.slice(split + 1).trim());
    }
  }

  /** The header to send; `undefined` when there is nothing to say. */
  get header(): string | undefined {
    if (this.size === 0) return undefined;
    return [...this].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

function isExpired(attribute: string): boolean {
  const [name = "", value = ""] = attribute.split("=").map((part) => part.trim());
  if (name.toLowerCase() === "max-age") return Number(value) <= 0;
  return name.toLowerCase() === "expires" && Date.parse(value) <= Date.now();
}
