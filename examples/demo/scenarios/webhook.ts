import { isDeepStrictEqual } from "node:util";

import type { Scenario } from "../tour.ts";

export const webhook: Scenario = {
  title: "A partner's server is told of a payment, at the second attempt",
  async run(tour) {
    const { receiver } = tour.surroundings;
    receiver.answerNext(503);
    const payment = { order: "A-1", cents: 1250 };
    const { json } = await tour.send("POST", "/payments", { json: payment, tasks: ["deliver-event"] });
    const statuses = receiver.calls.map(({ status }) => status).join();
    tour.verify("the receiver answered 503 first, then 204", statuses === "503,204", receiver.calls);
    const expected = { id: json.event, type: "payment.received", data: payment };
    const genuine = receiver.calls.every((call) => call.genuine && isDeepStrictEqual(call.body, expected));
    tour.verify("both calls bear the same event and a valid signature", genuine, receiver.calls);
  },
};
