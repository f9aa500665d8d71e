import { depends, settings, task } from "afterwork";
import { createTransport } from "nodemailer";
import { z } from "zod";

const config = settings(
  z.object({
    SMTP_URL: z.string().default("smtp://localhost:1025"),
    MAIL_FROM: z.string().default("Afterwork <hello@afterwork.example>"),
  }),
);

/** One connection pool for the whole app, closed at shutdown. */
export const mailer = depends.app({ config }, function* ({ config }) {
  const transport = createTransport({ url: config.SMTP_URL, pool: true }, { from: config.MAIL_FROM });
  yield transport;
  transport.close();
});

export const sendVerificationMail = task(
  "send-verification-mail",
  { deps: { mailer }, durable: true, retries: 5, backoff: { type: "exponential", delay: "1s" }, timeout: "30s" },
  async ({ mailer }, address: string, token: string) => {
    await mailer.sendMail({
      to: address,
      subject: "Please confirm your address",
      text: `Welcome!\n\nYour code is ${token}\n`,
    });
  },
);
