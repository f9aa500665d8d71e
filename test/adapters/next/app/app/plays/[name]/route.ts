import { Readable } from "node:stream";

import type { Answer } from "../../../../../contract/answer.ts";
import { play } from "../../../../../contract/site.ts";
import { work } from "../../../work.ts";

const handle = work.route(async (request, { background }) => send(await play(request.url, background)));

export { handle as GET, handle as POST };

function send(answer: Answer): Response {
  const { status, headers } = answer;
  if (answer.kind === "json") return Response.json(answer.body, { status, headers });
  if (answer.kind === "empty") return new Response(null, { status, headers });
  const body = Readable.toWeb(Readable.from(answer.chunks)) as ReadableStream<string>;
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    status,
    headers: { "content-type": "text/plain", ...headers },
  });
}
