/**
 * Whoever signs up is sent a verification mail over SMTP, after the response: a slow mail server slows nobody down, and
 * one that is not there for a moment is tried again. The task is durable, so a restart loses no mail.
 */
import { randomBytes } from "node:crypto";

import { HTTPException, Router, body, depends } from "afterwork";
import { z } from "zod";

import { sendVerificationMail } from "./tasks.ts";

const SignUp = z.object({ email: z.email() });
const Verification = z.object({ token: z.string() });

/** Who has signed up and not been verified, by token. A real app has a table for that. */
const unverified = depends.app(() => new Map<string, string>());

export const router = new Router({ prefix: "/signups", tags: ["verification mail"], inputs: { unverified } });

router.post("", { signUp: body(SignUp) }, { status: 202, summary: "Sign up" }, ({ signUp, unverified, background }) => {
  const token = randomBytes(18).toString("base64url");
  unverified.set(token, signUp.email);
  const job = background.addTask(sendVerificationMail, signUp.email, token);
  return { message: `a mail is on its way to ${signUp.email}`, job: job.id };
});

router.post(
  "/verify",
  { verification: body(Verification) },
  { summary: "Confirm an address" },
  ({ verification, unverified }) => {
    const email = unverified.get(verification.token);
    if (email === undefined) throw new HTTPException(404, "this code is not known");
    unverified.delete(verification.token);
    return { email, verified: true };
  },
);
