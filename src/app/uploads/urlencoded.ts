import { type FormDraft, tooLarge } from "./form-draft.ts";

/** One byte of a value takes up to three characters, and so do those of its name. */
const charactersPerByte = 3;
const roomForName = 4_096;

/**
 * Reads a body of the type `application/x-www-form-urlencoded` into `draft`. As the standard has it nothing is malformed:
 * a broken percent escape stands for itself, and the text is UTF-8 always.
 *
 * @throws {FormError} `too-large` and `too-many`
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
export async function readUrlEncoded(chunks: AsyncIterable<Uint8Array>, draft: FormDraft): Promise<void> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const longestPair = charactersPerByte * draft.limits.maxFieldSize + roomForName;
  let pair = "";
  for await (const chunk of chunks) {
    const [continued = "", ...started] = decoder.decode(chunk, { stream: true }).split("&");
    pair += continued;
    for (const next of started) {
      addPair(pair, draft);
      pair = next;
    }
    // Judged before the pair is complete, so that no more than this is ever kept of one.
    if (pair.length > longestPair) addPair(pair, draft);
  }
  addPair(pair + decoder.decode(), draft);
}

function addPair(pair: string, draft: FormDraft): void {
  // The ampersand keeps a question mark at the beginning from being dropped; an empty pair gives no entry.
  for (const [name, value] of new URLSearchParams(`&${pair}`)) {
    draft.startField(name);
    if (Buffer.byteLength(value) > draft.limits.maxFieldSize) throw tooLarge("field", name, draft.limits.maxFieldSize);
    draft.addField(name, value);
  }
}
