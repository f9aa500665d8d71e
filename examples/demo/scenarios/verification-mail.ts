import type { Scenario } from "../tour.ts";

export const verificationMail: Scenario = {
  title: "A verification mail leaves over SMTP",
  async run(tour) {
    await tour.send("POST", "/signups", { json: { email: "ada@example.com" }, tasks: ["send-verification-mail"] });
    const mail = tour.surroundings.postOffice.mails.at(-1);
    const token = /^Your code is (\S+)$/m.exec(mail?.text ?? "")?.[1];
    const arrived = mail?.to === "ada@example.com" && token !== undefined;
    tour.verify(`the mail server received “${mail?.subject}” for ${mail?.to}`, arrived, mail);
    const { json } = await tour.send("POST", "/signups/verify", { json: { token } });
    tour.verify("the code in the mail confirms the address", json?.verified === true, json);
  },
};
