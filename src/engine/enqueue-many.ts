import { describe } from "../base/options.ts";
import type { InsertAnswer, NewJob } from "../stores/contract/new-job.ts";
import { InvalidWorkError } from "../tasks/task-errors.ts";
import type { Job } from "../tasks/job.ts";
import type { DurableWork } from "../tasks/links.ts";
import type { ArgsOf, JobOf } from "../tasks/work.ts";
import { addJobs, checkCall, handleOf, txOf, type CheckedCall } from "./calls.ts";
import type { ClientParts } from "./client-parts.ts";
import type { EngineCore } from "./engine-core.ts";
import { StoredJob, type JobSource } from "./jobs/stored-job.ts";
import { nextTurn } from "./next-turn.ts";

/** One call: its work, then its arguments. */
export type Call = readonly [work: DurableWork, ...args: readonly unknown[]];

/** Calls whose arguments are those of their works. */
export type CheckedCalls<Calls> = {
  readonly [Place in keyof Calls]: Calls[Place] extends readonly [infer W extends DurableWork, ...(readonly unknown[])]
    ? readonly [W, ...ArgsOf<W>]
    : Call;
};

/** The jobs of calls, in their order. */
export type JobsOf<Calls> = {
  -readonly [Place in keyof Calls]: Calls[Place] extends readonly [infer W, ...(readonly unknown[])] ? JobOf<W> : Job;
};

/** A chunk that holds up the event loop for no more than a few milliseconds, unless a store likes larger ones. */
const chunkSize = 500;

/** Calls that are stored together. */
interface Chunk {
  /** The transaction of the user's own in which they are. */
  readonly tx: unknown;
  readonly names: string[];
  readonly calls: CheckedCall[];
}

/** The same with all of its jobs in one list. */
interface MadeChunk {
  readonly tx: unknown;
  readonly names: readonly string[];
  readonly jobs: readonly NewJob[];
  /** Where the jobs of each call end. */
  readonly ends: readonly number[];
}

/** Stores many calls in chunks, in their order. All are checked before any is stored. */
export async function enqueueMany(parts: ClientParts, calls: Iterable<Call>): Promise<StoredJob[]> {
  const core = parts.core();
  const size = Math.max(chunkSize, core.store.capabilities.goodBatch);
  const chunks = await checkedChunks([...calls], size, parts);
  if (!core.isOpen) await core.open();
  const handles: StoredJob[] = [];
  let chunk = made(chunks[0], parts);
  let storing: Promise<readonly InsertAnswer[]> | undefined;
  for (let index = 1; chunk !== undefined; index += 1) {
    storing ??= insert(core, chunk, parts);
    // While this one is stored, the next one is made ready; it is stored after it, for their order counts.
    const next = await madeMeanwhile(chunks[index], parts);
    const isNextOurs = next !== undefined && next.tx === undefined;
    if (isNextOurs) core.store.prepareInsert?.(next.jobs);
    const answers = await storing;
    // Only what stands for another job may be a conflict, which ends it here, before anything else is sent.
    const isSure = answers.every(({ deduplicated }) => !deduplicated);
    if (!isSure) addHandles(handles, chunk, { answers, source: parts.source });
    storing = isNextOurs ? insert(core, next, parts) : undefined;
    if (isSure) addHandles(handles, chunk, { answers, source: parts.source });
    chunk = next;
  }
  return handles;
}

/** Others have their turn after each chunk, for there may be any number. */
async function checkedChunks(calls: readonly Call[], size: number, parts: ClientParts): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  for (let start = 0; start < calls.length; start += size) {
    if (start > 0) await nextTurn();
    let chunk: Chunk | undefined;
    for (const call of calls.slice(start, start + size)) {
      if (!Array.isArray(call)) throw notACall(call);
      const [work, ...args] = call as Call;
      const tx = txOf(work);
      if (chunk === undefined || chunk.tx !== tx) chunks.push((chunk = { tx, names: [], calls: [] }));
      chunk.calls.push(checkCall(work, args, parts.calls));
      chunk.names.push(work.name);
    }
  }
  return chunks;
}

function made(chunk: Chunk | undefined, { calls: settings }: ClientParts): MadeChunk | undefined {
  if (chunk === undefined) return undefined;
  const { tx, names, calls } = chunk;
  const jobs: NewJob[] = [];
  const ends = calls.map((call) => {
    addJobs(call, jobs, settings, undefined);
    return jobs.length;
  });
  return { tx, names, jobs, ends };
}

/** Lets what has been called before get on its way. */
async function madeMeanwhile(chunk: Chunk | undefined, parts: ClientParts): Promise<MadeChunk | undefined> {
  if (chunk !== undefined) await nextTurn();
  return made(chunk, parts);
}

function insert(core: EngineCore, { tx, jobs }: MadeChunk, { onEager }: ClientParts): Promise<readonly InsertAnswer[]> {
  const inserting = core.store.insert(jobs, tx);
  if (tx === undefined) onEager();
  // It is waited for a little later.
  inserting.catch(() => {});
  return inserting;
}

function addHandles(
  handles: StoredJob[],
  { tx, names, jobs, ends }: MadeChunk,
  { answers, source }: { readonly answers: readonly InsertAnswer[]; readonly source: () => JobSource },
): void {
  const phase = tx === undefined ? "stored" : "elsewhere";
  let start = 0;
  for (let index = 0; index < names.length; index += 1) {
    const [name, end] = [names[index] as string, ends[index] as number];
    const last = answers[end - 1] as InsertAnswer;
    const isPlain = end - start === 1 && !last.deduplicated && tx === undefined;
    handles.push(
      isPlain
        ? new StoredJob(last.id, name, source)
        : handleOf({ name, jobs: jobs.slice(start, end), source }, answers.slice(start, end), phase),
    );
    start = end;
  }
}

function notACall(call: unknown): InvalidWorkError {
  return new InvalidWorkError(`engine.enqueueMany: expected calls, [task, ...args], got ${describe(call)}`);
}
