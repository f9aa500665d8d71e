import { internal, testAnswers, type Answer } from "./support/answers.ts";

async function used(): Promise<Response> {
  const response = new Response("used");
  await response.text();
  return response;
}
function locked(): Response {
  const response = new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) }));
  response.body?.getReader();
  return response;
}

const responses: readonly Answer[] = [
  [
    "a line break in a header of a Response",
    () => new Response("x", { headers: { "x-a": "b\r\nx-injected: 1" } }),
    500,
    internal,
    "invalid",
  ],
  [
    "a header name of a Response that is none",
    () => new Response("x", { headers: { "x a": "b" } }),
    500,
    internal,
    "invalid",
  ],
  ["a status of a Response below", () => new Response("x", { status: 99 }), 500, internal, "status"],
  ["a status of a Response beyond", () => new Response("x", { status: 1000 }), 500, internal, "status"],
  [
    "a status of a Response that is no number",
    () => new Response("x", { status: "abc" as never }),
    500,
    internal,
    "status",
  ],
  ["a Response that has been read", used, 500, internal, "body"],
  ["a Response whose body is locked", locked, 500, internal, "body"],
  ["a body for a status that has none", () => new Response("x", { status: 204 }), 500, internal, "204"],
  ["an error Response", () => Response.error(), 500, internal, "status"],
];

testAnswers("returns", responses);
