const maxNameBytes = 255;
/** What follows the last dot of a longer text is no extension that anybody would miss. */
const maxExtensionBytes = 64;

/** Control characters, line separators, and the marks that make a name read differently from what it is. */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;
const forbiddenOnWindows = /[<>:"|?*]/g;
/** These open a device on Windows, whatever the folder and the extension. @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d¹²³])\s*(?:\.|$)/i;

/**
 * Makes of any text a file name that is safe in every folder of every system: no path, no drive, no device, not hidden,
 * nothing invisible, at most 255 bytes with its extension kept. Letters of all scripts stay, in normal form C.
 * What is left of nothing is `"file"`. Cleaning twice changes nothing more.
 */
export function cleanFileName(sent: string): string {
  const visible = sent.toWellFormed().replaceAll(invisible, "").normalize("NFC");
  const base = visible.slice(Math.max(visible.lastIndexOf("/"), visible.lastIndexOf("\\")) + 1);
  const trimmed = trimEnds(base.replace(/^[a-z]:/i, "").replaceAll(forbiddenOnWindows, "_"));
  const name = fit(device.test(trimmed) ? `_${trimmed}` : trimmed, "");
  return name === "" ? "file" : name;
}

/** The name with `suffix` before its extension, for a name that is taken: `"cat.png"` becomes `"cat-1.png"`. */
export function suffixedFileName(name: string, suffix: string): string {
  return fit(name, `-${suffix}`);
}

function fit(name: string, suffix: string): string {
  const dot = name.lastIndexOf(".");
  const hasExtension = dot > 0 && Buffer.byteLength(name.slice(dot)) <= maxExtensionBytes;
  const stem = hasExtension ? name.slice(0, dot) : name;
  const end = suffix + (hasExtension ? name.slice(dot) : "");
  return trimEnds(cutToBytes(stem, maxNameBytes - Buffer.byteLength(end)) + end);
}

/** As much of the beginning as has at most so many bytes in UTF-8. No character is cut in two. */
export function cutToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (isContinuation(bytes[end])) end -= 1;
  return bytes.toString("utf8", 0, end);
}

/** The second to fourth byte of a character in UTF-8: no place to cut. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}

/** Without the dots and spaces at both ends. A loop: a regular expression takes quadratic time for long runs of them. */
function trimEnds(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && isDotOrSpace(name.charAt(start))) start += 1;
  while (end > start && isDotOrSpace(name.charAt(end - 1))) end -= 1;
  return name.slice(start, end);
}

function isDotOrSpace(character: string): boolean {
  return character === "." || character.trim() === "";
}
