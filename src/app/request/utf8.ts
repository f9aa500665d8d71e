/** A body that should be text is none. */
export class NotUtf8Error extends Error {
  override readonly name = "NotUtf8Error";

  constructor() {
    super("expected text in UTF-8");
  }
}

/**
 * Text from bytes, whole or piece by piece. A decoder that puts U+FFFD in the place of what it can't read would let broken
 * data pass for good; this one refuses it. A byte order mark is no part of the text.
 */
export class Utf8Decoder {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });

  /** @throws {NotUtf8Error} */
  decode(bytes?: Uint8Array, options?: { readonly stream: boolean }): string {
    try {
      return this.#decoder.decode(bytes, options);
    } catch {
      throw new NotUtf8Error();
    }
  }
}
