import { buffer } from "node:stream/consumers";

import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

import { Turnstile } from "./turnstile.ts";

/** A mail as it was received. */
export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A mail server on this machine, for examples and tests: what it is sent can be read back. */
export interface PostOffice extends AsyncDisposable {
  /** `smtp://…` on a free port. */
  readonly url: string;
  readonly mails: readonly Mail[];
  onMail(listener: (mail: Mail) => void): void;
  /** Refuses the next mail for now, as a busy server does. */
  refuseNext(): void;
  /** What mails pass that have arrived, before the sender is told so. */
  readonly receipts: Turnstile;
}

export async function openPostOffice(): Promise<PostOffice> {
  const mails: Mail[] = [];
  const listeners: ((mail: Mail) => void)[] = [];
  const receipts = new Turnstile();
  let refusals = 0;
  const server = new SMTPServer({
    // It has no certificate that anybody would trust, and no accounts.
    disabledCommands: ["STARTTLS", "AUTH"],
    closeTimeout: 100,
    onMailFrom(_address, _session, done) {
      if (refusals === 0) return done();
      refusals -= 1;
      done(Object.assign(new Error("please try again later"), { responseCode: 451 }));
    },
    async onData(stream, _session, done) {
      try {
        const mail = await readMail(stream);
        mails.push(mail);
        for (const listener of listeners) listener(mail);
        await receipts.pass();
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const port = await listen(server);
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    onMail: (listener) => void listeners.push(listener),
    receipts,
    refuseNext: () => void (refusals += 1),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

async function readMail(stream: NodeJS.ReadableStream): Promise<Mail> {
  const parsed = await PostalMime.parse(await buffer(stream));
  return {
    from: parsed.from?.address ?? "",
    to: parsed.to?.[0]?.address ?? "",
    subject: parsed.subject ?? "",
    text: parsed.text ?? "",
  };
}

function listen(server: SMTPServer): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const address = server.server.address();
    if (typeof address === "object" && address !== null) resolve(address.port);
  });
  return promise;
}
