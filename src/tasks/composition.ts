import type { AnyComposition } from "./any-composition.ts";
import type { AnyTask } from "./any-task.ts";
import { collectTask } from "./collect-task.ts";
import { refuseEarlyKeys } from "./early-keys.ts";
import { InvalidWorkError } from "./task-errors.ts";
import { isTask, withoutArgsCheck } from "./task.ts";

export type { AnyComposition } from "./any-composition.ts";
export { collectTask } from "./collect-task.ts";

/** One call of a composition. */
export interface FlatCall {
  readonly task: AnyTask;
  readonly args: readonly unknown[];
  /** The calls that it waits for, by their places; they come before it. */
  readonly parents: readonly number[];
  /** What is put before its arguments: nothing, the result of its one parent, or the list of the results of all parents. */
  readonly input: "none" | "value" | "list";
}

/** A call inside of a composition; without arguments of its own it may be one that takes an input. */
export interface Link {
  readonly work: AnyTask | DefinedComposition;
  readonly args: readonly unknown[];
}

/** What a composition is made of. */
export interface CompositionParts {
  readonly shape: "chain" | "group" | "chord";
  readonly name: string;
  /** A chain: the calls in their order. Others: the members. */
  readonly links: readonly Link[];
  /** A chord's last call. */
  readonly merge?: Link;
  readonly needsInput: boolean;
}

export class DefinedComposition implements AnyComposition {
  readonly kind = "composition";
  readonly parts: CompositionParts;

  constructor(parts: CompositionParts) {
    this.parts = parts;
  }

  get shape(): CompositionParts["shape"] {
    return this.parts.shape;
  }

  get name(): string {
    return this.parts.name;
  }
}

/** Was it made by `chain`, `group` or `chord`? */
export function isComposition(value: unknown): value is AnyComposition {
  return value instanceof DefinedComposition;
}

/**
 * The calls of a composition, parents before children; the last one's result is that of the whole. `args` are what it
 * is called with: the input, where it needs one. Calls that get one are not checked by their `args` schema, because
 * their arguments are not complete before their parents have ended.
 *
 * @throws {InvalidWorkError} for an input that is missing, and for options that need arguments which a parent has yet to
 * make.
 */
export function flatten(composition: AnyComposition, args: readonly unknown[] = []): readonly FlatCall[] {
  const { name, parts } = composition as DefinedComposition;
  if (parts.needsInput && args.length === 0) throw new InvalidWorkError(inputMissing(name));
  const calls: FlatCall[] = [];
  place(calls, { work: composition as DefinedComposition, args }, start);
  if (calls.length > 1) for (const { task } of calls) refuseRejecting(task);
  return calls;
}

/** What is rejected is not stored, and what waits for it could never begin. */
function refuseRejecting({ name, options }: AnyTask): void {
  if (typeof options.unique !== "object" || options.unique.onConflict !== "reject") return;
  throw new InvalidWorkError(
    `${name} can't be part of a composition with unique: { onConflict: "reject" }, for others wait for it; ` +
      'use "existing", by which they wait for the job that has the key',
  );
}

function inputMissing(name: string): string {
  return `${name}: its first calls need an input: give them their arguments, as in [task, …], or put it into a chain`;
}

/** What the first calls of something wait for. */
interface Before {
  readonly parents: readonly number[];
  readonly input: FlatCall["input"];
}

const start: Before = { parents: [], input: "none" };

/** Adds the calls of one link; returns the place of the last one, which has its result. */
function place(calls: FlatCall[], { work, args }: Link, before: Before): number {
  if (isTask(work)) return placeCall(calls, { task: work, args, ...before });
  const { shape, links, merge } = work.parts;
  if (shape === "chain") return placeChain(calls, withArgs(links, args), before);
  const ends = links.map((link) => place(calls, withArgs([link], args)[0] as Link, before));
  const last: Link = merge ?? { work: collectTask, args: [] };
  // Without members there is nothing to hand on, but what comes before is waited for all the same.
  if (ends.length === 0) return place(calls, withArgs([last], [[]])[0] as Link, { ...before, input: "none" });
  return place(calls, last, { parents: ends, input: "list" });
}

function placeChain(calls: FlatCall[], links: readonly Link[], before: Before): number {
  return links.reduce<Before>((previous, link) => {
    return { parents: [place(calls, link, previous)], input: "value" };
  }, before).parents[0] as number;
}

/** The input of a whole is that of its first calls. */
function withArgs(links: readonly Link[], args: readonly unknown[]): readonly Link[] {
  const [first, ...rest] = links;
  if (first === undefined || args.length === 0) return links;
  return [{ ...first, args: [...args, ...first.args] }, ...rest];
}

function placeCall(calls: FlatCall[], call: FlatCall): number {
  if (call.input === "none") return calls.push(call) - 1;
  refuseEarlyKeys(call.task);
  return calls.push({ ...call, task: withoutArgsCheck(call.task) }) - 1;
}
