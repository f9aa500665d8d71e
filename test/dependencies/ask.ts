import type { App } from "afterwork";

/** A response that has been read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Sends a request to an app without a socket, and reads the whole response. */
export async function ask(app: Pick<App, "fetch">, path = "/", init?: RequestInit): Promise<Answer> {
  const response = await app.fetch(new Request(`http://test.local${path}`, init));
  const text = await response.text();
  const json = text !== "" && response.headers.get("content-type") === "application/json";
  return { status: response.status, headers: response.headers, body: json ? (JSON.parse(text) as unknown) : text };
}

/** The same as JSON. */
export function post(app: Pick<App, "fetch">, path: string, body: unknown): Promise<Answer> {
  return ask(app, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
