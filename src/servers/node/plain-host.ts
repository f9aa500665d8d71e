const plainHost = /^[a-z0-9._-]+(?::\d{1,5})?$/i;

let latest = "";
let isLatestPlain = false;

/** Is it a host that means itself, with which every URL can be parsed? Most requests have the host of the one before. */
export function isPlainHost(host: string): boolean {
  if (host === latest) return isLatestPlain;
  latest = host;
  // Numbers beyond 255 or ports beyond 65,535 look like hosts, too.
  isLatestPlain = plainHost.test(host) && URL.canParse(`http://${host}/`);
  return isLatestPlain;
}
