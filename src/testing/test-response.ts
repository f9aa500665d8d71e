/** A response that has been read to its end. */
export class TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly #bytes: Uint8Array;

  private constructor(response: Response, bytes: Uint8Array) {
    this.status = response.status;
    this.headers = response.headers;
    this.#bytes = bytes;
  }

  /** Reads a response to its end. */
  static async read(response: Response): Promise<TestResponse> {
    return new TestResponse(response, new Uint8Array(await response.arrayBuffer()));
  }

  /** A status from 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  text(): string {
    return new TextDecoder().decode(this.#bytes);
  }

  /**
   * The body parsed as JSON. It is for the test to know its type.
   *
   * @throws {SyntaxError} with the beginning of the body, when it is no JSON.
   */
  // eslint-disable-next-line typescript/no-unnecessary-type-parameters
  json<Value = unknown>(): Value {
    const text = this.text();
    try {
      return JSON.parse(text) as Value;
    } catch (error) {
      throw new SyntaxError(`expected JSON with the status ${this.status}, got ${text.slice(0, 200)}`, {
        cause: error,
      });
    }
  }
}
