import { createHmac, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { HTTPException, NonRetryableError, depends, header, settings } from "afterwork";
import { z } from "zod";

export const config = settings(z.object({ DATA_DIR: z.string().default("data"), TENANT_SECRET: z.string().min(16) }));

export const Preferences = z.object({
  title: z.string().default("Report"),
  locale: z.enum(["en-GB", "de-DE", "fr-FR"]).default("en-GB"),
  currency: z.enum(["EUR", "GBP", "USD"]).default("EUR"),
});
export type Preferences = z.infer<typeof Preferences>;

/** A name that can only be a folder of its own. */
const UserName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);

/** Runs before the body is read: whoever is not known uploads nothing. */
export const tenant = depends.guard(
  { xUser: header(UserName), xToken: header(), config },
  function tenant({ xUser, xToken, config }) {
    const expected = Buffer.from(tokenOf(xUser, config.TENANT_SECRET));
    const got = Buffer.from(xToken);
    const known = got.length === expected.length && timingSafeEqual(got, expected);
    if (!known) throw new HTTPException(401, "unknown user or wrong token");
    return { name: xUser, folder: folderOf(config.DATA_DIR, xUser) };
  },
);

/** What the tenant has configured, from its own folder. */
export const preferences = depends({ tenant }, async function preferences({ tenant }) {
  const saved = await readFile(join(tenant.folder, "preferences.json"), "utf8").catch(() => "{}");
  return Preferences.parse(JSON.parse(saved));
});

/** The token of a user. A real app would look up a session, or verify a JWT. */
export function tokenOf(user: string, secret: string): string {
  return createHmac("sha256", secret).update(user).digest("hex");
}

/**
 * The folder of a user. Tasks call it too, since their arguments may have come from anywhere.
 *
 * @throws {NonRetryableError} for a name that would leave the tenants' folder.
 */
export function folderOf(dataDir: string, user: string): string {
  const tenants = resolve(dataDir, "tenants");
  const folder = resolve(tenants, user);
  if (dirname(folder) === tenants) return folder;
  throw new NonRetryableError("this user name is no name of a folder");
}
