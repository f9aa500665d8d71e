const quote = 0x22;
const backslash = 0x5c;
const openingBracket = 0x5b;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** Does JSON nest its lists and objects deeper than that? Of what is no JSON, it tells what its brackets tell. */
export function isDeeperThan(levels: number, json: string): boolean {
  // Each level takes two brackets, so most bodies need no look.
  if (json.length <= 2 * levels) return false;
  let level = 0;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === quote) index = endOfText(json, index);
    else if (code === closingBracket || code === closingBrace) level -= 1;
    else if (code === openingBracket || code === openingBrace) {
      level += 1;
      if (level > levels) return true;
    }
  }
  return false;
}

/** Where the text that begins at `start` has its closing quote. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end === -1 ? json.length : end;
}

function isEscaped(json: string, index: number): boolean {
  let first = index;
  while (json.charCodeAt(first - 1) === backslash) first -= 1;
  return (index - first) % 2 === 1;
}
