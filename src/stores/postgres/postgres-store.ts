import type { ClaimAnswer, ClaimRequest, ExtendAnswer, ReclaimAnswer, WorkerSession } from "../contract/claim.ts";
import type { Finding } from "../contract/finding.ts";
import type { Counts, JobPage, JobRecord, ListFilter } from "../contract/job-record.ts";
import { known } from "../contract/known.ts";
import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import type { EventRecord, Outcome, RecordEntry, SettleAnswer, StepRecord } from "../contract/outcome.ts";
import type { Capabilities, Firing, MigrationReport, ScheduleRecord, Store, WakeTopic } from "../contract/store.ts";
import { tokenNumber } from "../contract/token-number.ts";
import { plainArray, textArray } from "./array-literal.ts";
import { Calls } from "./calls.ts";
import { readClaim } from "./claim-answer.ts";
import type { Database, Query } from "./client/database.ts";
import { diagnose } from "./doctor/diagnose.ts";
import { Floors } from "./floors.ts";
import { insertCall, type InsertCall } from "./insert-call.ts";
import { answersIn, numberedAnswers, plainAnswers } from "./insert-answers.ts";
import { countsIn, jobRecord } from "./job-record.ts";
import { checkIsolation, checkVersion, migrate, planMigration } from "./migrate.ts";
import { settleAnswers, settleCall } from "./outcomes.ts";
import { Pruning } from "./pruning.ts";
import { maybeNumber, maybeText, numberIn, textIn } from "./row.ts";
import { channelOf, Wakes } from "./wakes.ts";

/** What a {@link PostgresStore} works with. */
export interface PostgresParts {
  readonly database: Database;
  readonly schema: string;
  /** Brings `open` the schema up to date? Else it has to be. */
  readonly migrates: boolean;
  /** Are others told? */
  readonly listen: boolean;
  /** How to run a statement in a transaction of a user's own. */
  readonly queryIn: (tx: unknown) => Query;
}

/** The PostgreSQL store: every call is one statement that calls one function of the schema. */
export class PostgresStore implements Store {
  readonly capabilities: Capabilities = {
    clock: "server",
    tx: true,
    wake: "everywhere",
    multiProcess: true,
    durability: "power",
    maxBatch: 1000,
    inOrder: false,
    remote: true,
    goodBatch: 1000,
  };
  readonly #parts: PostgresParts;
  readonly #calls: Calls;
  readonly #wakes: Wakes;
  readonly #pruning: Pruning;
  readonly #floors = new Floors();
  readonly #prepared = new WeakMap<readonly NewJob[], InsertCall>();
  #closing: Promise<void> | undefined;

  constructor(parts: PostgresParts) {
    this.#parts = parts;
    this.#calls = new Calls(parts.database, parts.schema);
    this.#pruning = new Pruning(this.#calls);
    this.#wakes = new Wakes(parts.database, parts.listen ? channelOf(parts.schema) : undefined);
  }

  async open(): Promise<void> {
    const { database, schema, migrates } = this.#parts;
    await checkIsolation(database.query);
    if (migrates) await migrate(database, schema);
    else await checkVersion(database.query, schema);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#calls.idle();
    await this.#wakes.close();
    await this.#parts.database.close();
  }

  migrate({ plan = false }: { readonly plan?: boolean } = {}): Promise<MigrationReport> {
    const { database, schema } = this.#parts;
    return plan ? planMigration(database.query, schema) : migrate(database, schema);
  }

  diagnose(): Promise<readonly Finding[]> {
    return diagnose({ ...this.#parts, listens: this.#parts.listen });
  }

  async insert(jobs: readonly NewJob[], tx?: unknown): Promise<readonly InsertAnswer[]> {
    if (tx !== undefined) return this.#insertWithin(tx, jobs);
    if (jobs.length === 0) return [];
    const channel = this.#wakes.within("jobs");
    const answers = await this.#store(jobs, channel);
    this.#wakes.tellHere("jobs");
    return answers;
  }

  async #store(jobs: readonly NewJob[], channel: string | null): Promise<readonly InsertAnswer[]> {
    const { call, values } = this.#prepared.get(jobs) ?? insertCall(jobs);
    // They are as large as the jobs, which may be kept for long.
    this.#prepared.delete(jobs);
    const rows = await this.#calls.rows(call, ...values, channel);
    return call === "insert_jobs" ? numberedAnswers(rows) : plainAnswers(jobs, rows);
  }

  prepareInsert(jobs: readonly NewJob[]): void {
    this.#prepared.set(jobs, insertCall(jobs));
  }

  async #insertWithin(tx: unknown, jobs: readonly NewJob[]): Promise<readonly InsertAnswer[]> {
    const query = this.#parts.queryIn(tx);
    const text = this.#calls.text("insert_within", 2).replace("*", "insert_within as answers");
    const [row] = await query(text, [JSON.stringify(jobs), this.#wakes.always()]);
    return answersIn(textIn(row ?? {}, "answers"));
  }

  async register({ id, name, leaseMs }: WorkerSession): Promise<void> {
    await this.#calls.rows("register_worker", id, name, leaseMs);
  }

  async claim({ worker, token, queues, turn = 0, tasks, limit, keyedLimit }: ClaimRequest): Promise<ClaimAnswer> {
    const floors = this.#floors.at(performance.now());
    const rows = await this.#calls.rows(
      "claim",
      worker,
      tokenNumber(token),
      queues === undefined ? null : textArray(queues),
      textArray(tasks),
      limit,
      keyedLimit,
      floors,
      turn,
    );
    const { head, answer } = readClaim(rows);
    this.#floors.note(performance.now(), rows, { head, floors });
    // What it has let through and not taken is for others.
    if (answer.more) this.#wakes.tellOfBacklog();
    if (floors === null || answer.jobs.length === limit) return answer;
    // There may be something before the floors.
    const waitMs = this.#floors.msLeft(performance.now());
    return { ...answer, nextDueInMs: Math.min(answer.nextDueInMs ?? waitMs, waitMs) };
  }

  async extend(
    worker: string,
    tokens: readonly string[],
    { leaving = false }: { readonly leaving?: boolean } = {},
  ): Promise<ExtendAnswer> {
    const channel = leaving ? this.#wakes.always() : null;
    const [row = {}] = await this.#calls.rows("extend", worker, plainArray(tokens.map(tokenNumber)), leaving, channel);
    if (row["jobs"] === true) this.wake("jobs");
    const cancel = textIn(row, "stops")
      .split(",")
      .filter((id) => id !== "");
    return { alive: row["alive"] === true, cancel, now: numberIn(row, "at") };
  }

  async settle(_worker: string, outcomes: readonly Outcome[]): Promise<readonly SettleAnswer[]> {
    if (outcomes.length === 0) return [];
    const call = settleCall(outcomes);
    const { answers, jobs } = settleAnswers(call, await this.#calls.rows("settle", ...call.values, null));
    if (jobs) this.wake("jobs");
    this.wake("ended");
    return answers;
  }

  async reclaim(limit: number): Promise<ReclaimAnswer> {
    const rows = await this.#calls.rows("reclaim", limit, null);
    const last = rows.at(-1) ?? {};
    const jobs = rows.slice(0, -1).map((row) => ({
      id: textIn(row, "job_id"),
      task: textIn(row, "task"),
      attempt: numberIn(row, "attempt"),
      status: textIn(row, "status") as ReclaimAnswer["jobs"][number]["status"],
    }));
    const expired = numberIn(last, "expired");
    if (last["jobs"] === true) this.wake("jobs");
    if (jobs.length + expired > 0) this.wake("ended");
    return { jobs, expired, more: last["more"] === true };
  }

  async cancel(ids: readonly string[]): Promise<readonly ("cancelled" | "requested" | "terminal" | "unknown")[]> {
    const answers = await this.#answers<"cancelled" | "requested" | "terminal" | "unknown">("cancel", ids, true);
    if (answers.includes("requested")) this.#wakes.tellHere("control");
    if (answers.includes("cancelled")) {
      this.#wakes.tellHere("jobs");
      this.#wakes.tellHere("ended");
    }
    return answers;
  }

  async retry(
    ids: readonly string[],
  ): Promise<readonly ("retried" | "conflict" | "parent" | "active" | "succeeded" | "unknown")[]> {
    const answers = await this.#answers<"retried" | "conflict" | "parent" | "active" | "succeeded" | "unknown">(
      "retry",
      ids,
      true,
    );
    if (answers.includes("retried")) this.#wakes.tellHere("jobs");
    return answers;
  }

  remove(ids: readonly string[]): Promise<readonly ("removed" | "active" | "needed" | "unknown")[]> {
    return this.#answers("remove", ids, false);
  }

  prune(budgetMs: number): Promise<{ readonly removed: number; readonly more: boolean }> {
    return this.#pruning.run(budgetMs);
  }

  async record(_worker: string, entries: readonly RecordEntry[]): Promise<readonly ("applied" | "lost")[]> {
    const sent = entries.map((entry) => ({ ...entry, token: tokenNumber(entry.token) }));
    const rows = await this.#calls.rows("record", JSON.stringify(sent));
    return rows.map((row) => textIn(row, "answer") as "applied" | "lost");
  }

  async loadSteps(id: string): Promise<readonly StepRecord[]> {
    const rows = await this.#calls.rows("load_steps", id);
    return rows.map((row) => ({
      name: textIn(row, "name"),
      ...known({ value: maybeText(row, "value"), sleepUntil: maybeNumber(row, "sleep_until") }),
    }));
  }

  async events(id: string, after: number, limit: number): Promise<readonly EventRecord[]> {
    const rows = await this.#calls.rows("read_events", id, after, limit);
    return rows.map((row) => ({
      id: numberIn(row, "id"),
      at: numberIn(row, "at"),
      kind: textIn(row, "kind") as EventRecord["kind"],
      data: textIn(row, "data"),
    }));
  }

  async get(
    ids: readonly string[],
    { brief = false }: { readonly brief?: boolean } = {},
  ): Promise<readonly (JobRecord | undefined)[]> {
    const records: (JobRecord | undefined)[] = ids.map(() => undefined);
    for (const row of await this.#calls.rows("read_jobs", plainArray(ids), brief)) {
      records[numberIn(row, "place") - 1] = jobRecord(row);
    }
    return records;
  }

  async list({ status, task, queue, limit, cursor }: ListFilter): Promise<JobPage> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    const rows = await this.#calls.rows("list_jobs", status ?? null, task ?? null, queue ?? null, before, limit);
    const last = rows.at(-1);
    if (last === undefined || last["id"] !== null) return { jobs: rows.map(jobRecord) };
    return { jobs: rows.slice(0, -1).map(jobRecord), cursor: String(last["seq"]) };
  }

  async counts(cap: number): Promise<Counts> {
    return countsIn(await this.#calls.rows("count_jobs", cap), cap);
  }

  async setQueue(name: string, { paused }: { readonly paused: boolean }): Promise<void> {
    await this.#calls.rows("set_queue", name, paused, this.#wakes.within("control"));
    this.#wakes.tellHere("control");
  }

  async schedules(
    names: readonly string[],
  ): Promise<{ readonly schedules: readonly ScheduleRecord[]; readonly now: number }> {
    const rows = await this.#calls.rows("note_schedules", textArray(names));
    return {
      schedules: rows
        .filter((row) => row["name"] !== null)
        .map((row) => ({ name: textIn(row, "name"), lastSlot: numberIn(row, "last_slot") })),
      now: numberIn(rows[0] ?? {}, "at"),
    };
  }

  async fire(firing: Firing): Promise<readonly InsertAnswer[] | undefined> {
    const { name, expectedLast, slot, jobs, unlessUnfinished = false } = firing;
    const channel = jobs.length === 0 ? null : this.#wakes.within("jobs");
    const rows = await this.#calls.rows(
      "fire",
      name,
      expectedLast,
      slot,
      JSON.stringify(jobs),
      unlessUnfinished,
      channel,
    );
    if (rows.length === 0) return undefined;
    this.#wakes.tellHere("jobs");
    return numberedAnswers(rows.filter((row) => row["number"] !== null));
  }

  wake(topic: WakeTopic): void {
    this.#wakes.tellHere(topic);
    this.#wakes.tellOthersLater(topic);
  }

  onWake(listener: (topic: WakeTopic) => void): () => void {
    return this.#wakes.listen(listener);
  }

  async #answers<Answer extends string>(
    name: string,
    ids: readonly string[],
    tells: boolean,
  ): Promise<readonly Answer[]> {
    const values = tells ? [plainArray(ids), this.#wakes.always()] : [plainArray(ids)];
    const rows = await this.#calls.rows(name, ...values);
    return rows.map((row) => textIn(row, "answer") as Answer);
  }
}
