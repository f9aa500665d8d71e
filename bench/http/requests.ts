/** What every server is asked: the same item under many ids, so that no answer could be remembered. */
export interface ItemRequest {
  readonly id: number;
  readonly body: string;
  readonly answer: { readonly id: number; readonly name: string; readonly total: number };
}

export function itemRequest(index: number): ItemRequest {
  const id = 1_000 + index;
  const name = `lamp ${id}`;
  const quantity = 1 + (index % 9);
  const item = { name, description: "A lamp for the desk, dimmable", price: 49.5, quantity, tags: ["light", "desk"] };
  return { id, body: JSON.stringify(item), answer: { id, name, total: 49.5 * quantity } };
}

export const unfitBody: string = JSON.stringify({ name: "", price: "dear", quantity: 0, tags: "light" });

/** The whole request as bytes, for a client that does nothing but send them. */
export function encodeRequest(path: string, { id, body }: ItemRequest): Buffer {
  const head = [
    `POST ${path}${id} HTTP/1.1`,
    "host: 127.0.0.1",
    "accept: */*",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
