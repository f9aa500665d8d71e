import type { ExtendAnswer, WorkerSession } from "../contract/claim.ts";
import type { Core } from "./core.ts";
import { fromHex } from "./job-id.ts";
import { readJob } from "./job-row.ts";
import { handBack } from "./settling.ts";
import { tokenNumber } from "../contract/token-number.ts";

/** A worker that has registered. */
export interface Session {
  readonly id: number;
  readonly key: string;
  /** The word that names it. */
  readonly name: number;
  readonly leaseMs: number;
  readonly expiresAt: number;
}

const selectSession = `select id, key, name, lease_ms as leaseMs, expires_at as expiresAt
  from afterwork_session where key = ? and ended = 0`;

/** Registering again renews. */
export function registerSession(core: Core, { id, leaseMs, name }: WorkerSession): void {
  const sql = `insert into afterwork_session (key, name, lease_ms, expires_at, ended) values (?, ?, ?, ?, 0)
    on conflict (key) do update set lease_ms = excluded.lease_ms, expires_at = excluded.expires_at`;
  core.sql.run(sql, id, core.words.idOf(name), leaseMs, core.now + leaseMs);
  core.renewals.delete(id);
}

/** A session that has not been ended. */
export function aliveSession(core: Core, key: string): Session | undefined {
  return core.sql.get<Session>(selectSession, key);
}

export function forgetSession(core: Core, { id, key }: Pick<Session, "id" | "key">): void {
  core.sql.run("delete from afterwork_session where id = ?", id);
  core.renewals.delete(key);
}

/** Renews a session, or ends it, and takes back what its worker does not know of. */
export function extendSession(
  core: Core,
  worker: string,
  { tokens, leaving }: { readonly tokens: readonly string[]; readonly leaving: boolean },
): ExtendAnswer {
  const { now } = core;
  const session = aliveSession(core, worker);
  if (session === undefined) return { alive: false, cancel: [], now };
  const named = new Set(leaving ? [] : tokens.map(tokenNumber));
  const held = core.sql.all<Held>("select seq, token, stop from afterwork_claimed where session = ?", session.id);
  for (const { seq, token } of held) if (!named.has(token)) handBack(core, readJob(core, seq));
  if (leaving) {
    forgetSession(core, session);
    return { alive: false, cancel: [], now };
  }
  renew(core, session);
  const cancel = held.filter(({ token, stop }) => stop === 1 && named.has(token));
  return { alive: true, cancel: cancel.map(({ seq }) => idAt(core, seq)), now };
}

interface Held {
  readonly seq: number;
  readonly token: number;
  readonly stop: number;
}

function renew(core: Core, session: Session): void {
  const endsAt = core.now + session.leaseMs;
  if (!core.renewals.note(session, endsAt)) return;
  core.sql.run("update afterwork_session set expires_at = ? where id = ?", endsAt, session.id);
}

function idAt(core: Core, seq: number): string {
  const row = core.sql.get<{ hex: string }>("select hex(id) as hex from afterwork_job where seq = ?", seq);
  return fromHex(row?.hex ?? "");
}
