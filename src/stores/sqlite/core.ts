import type { DatabaseSync } from "node:sqlite";
import type { WakeTopic } from "../contract/store.ts";
import { Gates } from "./gates.ts";
import { Holds } from "./holds.ts";
import { Policies } from "./policies.ts";
import { Presence } from "./presence.ts";
import { Pulse } from "./pulse.ts";
import { Queues } from "./queues.ts";
import { ReadyJobs } from "./ready-jobs.ts";
import { Renewals } from "./renewals.ts";
import { Statements } from "./statements.ts";
import { Words } from "./words.ts";

/**
 * One connection, and what is kept in memory beside it. Transitions are plain functions of it that run inside a transaction
 * of somebody else: `begin` after it was begun, `flush` before its commit, `forget` after its rollback.
 */
export class Core {
  readonly sql: Statements;
  readonly words: Words;
  readonly policies: Policies;
  readonly queues: Queues;
  readonly pulse: Pulse;
  readonly gates: Gates;
  readonly ready: ReadyJobs;
  readonly presence: Presence;
  readonly holds: Holds = new Holds();
  readonly renewals: Renewals = new Renewals();
  /** The store's time, the same for the whole transaction. */
  now = 0;
  #version = -1;

  constructor(database: DatabaseSync) {
    this.sql = new Statements(database);
    this.words = new Words(this.sql);
    this.policies = new Policies(this.words);
    this.queues = new Queues(this.sql);
    this.pulse = new Pulse(this.sql);
    this.gates = new Gates(this.sql);
    this.ready = new ReadyJobs(this.sql, this.queues);
    this.presence = new Presence(this.sql);
  }

  /** The topics that other connections have noted since the last time. */
  begin(now: number): readonly WakeTopic[] {
    this.now = now;
    const version = this.dataVersion();
    if (version === this.#version) return [];
    this.#version = version;
    return this.#load();
  }

  /** Writes what was only kept in memory; the topics that were noted. */
  flush(): readonly WakeTopic[] {
    this.ready.flush();
    this.gates.flush();
    this.queues.flush();
    return this.pulse.flush();
  }

  /** Drops everything that a rollback may have made wrong; it is read again when the next transaction begins. */
  forget(): void {
    this.words.forget();
    this.policies.forget();
    this.ready.forget();
    this.gates.forget();
    this.#version = -1;
  }

  /** Changes when another connection has committed something. */
  dataVersion(): number {
    return this.sql.get<{ data_version: number }>("pragma data_version")?.data_version ?? 0;
  }

  #load(): readonly WakeTopic[] {
    this.gates.forget();
    this.presence.forget();
    this.queues.load();
    return this.pulse.load();
  }
}
