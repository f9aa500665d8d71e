import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { tokenOf } from "../../tenant-reports/tenant.ts";
import type { Surroundings } from "../surroundings.ts";

/** What the server answered. */
export interface Answer {
  readonly job: string;
  readonly id?: string;
  readonly event?: string;
}

/** A kind of work that is asked for many times, and how its effects are seen from outside. */
export interface Kind {
  readonly name: string;
  readonly path: string;
  readonly count: number;
  request(number: number): RequestInit;
  /** How often the effect of a request has come about; at most once where it can't be seen. */
  effects(number: number, answer: Answer): number | Promise<number>;
}

/** Mails to a post office, calls of a receiver, and files in the server's folder. */
export function kindsOf({ postOffice, receiver, tenantSecret }: Surroundings, folder: string, image: Blob): Kind[] {
  const address = (number: number): string => `reader-${number}@example.com`;
  const tenant = { "x-user": "carol", "x-token": tokenOf("carol", tenantSecret) };
  const isThere = (...path: string[]): boolean => existsSync(join(folder, ...path));
  return [
    {
      name: "mails",
      path: "/signups",
      count: 30,
      request: (number) => json({ email: address(number) }),
      effects: (number) => postOffice.mails.filter(({ to }) => to === address(number)).length,
    },
    {
      name: "webhooks",
      path: "/payments",
      count: 20,
      request: (number) => json({ order: `B-${number}`, cents: 100 + number }),
      effects: (_number, { event }) => receiver.calls.filter(({ id, genuine }) => genuine && id === event).length,
    },
    {
      name: "images",
      path: "/images",
      count: 10,
      request: () => ({ body: formWith(image) }),
      effects: (_number, { id = "" }) =>
        Number(
          isThere("images", "compressed", `${id}.webp`) &&
            isThere("images", "archive", id, "photo.jpg") &&
            !isThere("images", "incoming", id),
        ),
    },
    {
      name: "reports",
      path: "/reports",
      count: 20,
      request: (number) => json({ lines: [{ text: `page ${number}`, cents: 100 }] }, tenant),
      effects: async (number, { id = "" }) => {
        const report = await readFile(join(folder, "tenants", "carol", "reports", `${id}.md`), "utf8").catch(() => "");
        return Number(report.includes(`- page ${number}: `) && report.endsWith("Total: €1.00\n"));
      },
    },
  ];
}

function json(value: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { body: JSON.stringify(value), headers: { "content-type": "application/json", ...headers } };
}

function formWith(image: Blob): FormData {
  const form = new FormData();
  form.set("image", image, "photo.jpg");
  return form;
}
