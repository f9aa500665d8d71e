/**
 * A partner's HTTP server is told of every payment after the response, by a client that the whole app shares. The task is
 * durable: a receiver that is down is tried again, through restarts. The signature lets it trust what it gets, and the id
 * lets it drop what comes twice.
 */
import { randomUUID } from "node:crypto";

import { Router, body } from "afterwork";
import { z } from "zod";

import { deliverEvent } from "./tasks.ts";

const Payment = z.object({ order: z.string().min(1), cents: z.int().positive() });

export const router = new Router({ tags: ["webhook"] });

router.post(
  "/payments",
  { payment: body(Payment) },
  { status: 201, summary: "Take a payment" },
  ({ payment, background }) => {
    const event = { id: randomUUID(), type: "payment.received", data: payment };
    const job = background.addTask(deliverEvent, event);
    return { ...payment, event: event.id, job: job.id };
  },
);
