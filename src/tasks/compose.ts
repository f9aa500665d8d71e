import { describe } from "../base/options.ts";
import type { AnyComposition, Composition } from "./any-composition.ts";
import { DefinedComposition, type Link } from "./composition.ts";
import type { AnyLink, Calls, FirstCall, Follower, Followers, InputsOf, LastOf, ResultOf, ResultsOf } from "./links.ts";
import { InvalidWorkError } from "./task-errors.ts";
import { isTask } from "./task.ts";

/**
 * Calls one after the other, each with the result of the one before as its first argument. The first is
 * `[task, ...args]`; the others a task, or `[task, ...args]` with the arguments behind the result; all may be
 * compositions. Its result is that of the last.
 *
 * @throws {InvalidWorkError} for what is no durable task.
 */
export function chain<const First extends AnyLink, const Rest extends readonly AnyLink[]>(
  first: First & FirstCall<NoInfer<First>>,
  ...rest: Rest & Followers<First, Rest>
): Composition<ResultOf<LastOf<First, Rest>>, InputsOf<[First]>>;
export function chain(...given: readonly unknown[]): AnyComposition {
  const links = given.map((link, index) => toLink("chain", link, index));
  const [first] = links;
  if (first === undefined) throw new InvalidWorkError("chain: expected at least one call, got none");
  const name = `chain(${listed(links, " → ")})`;
  return new DefinedComposition({ shape: "chain", name: cut(name), links, needsInput: needsInput(first, given[0]) });
}

/**
 * Calls side by side. Its result is the list of theirs, in their order; it fails as soon as one of them has. Behind
 * another one in a chain, all of them take its result as their first argument. At most 10,000.
 *
 * @throws {InvalidWorkError} for what is no durable task, and for too many.
 */
export function group<const Links extends readonly AnyLink[]>(
  ...members: Links & Calls<Links>
): Composition<ResultsOf<Links>, InputsOf<Links>>;
export function group(...given: readonly unknown[]): AnyComposition {
  const links = toMembers("group", given);
  for (const link of links) refuseCodec(link);
  const name = `group(${listed(links, ", ")})`;
  return new DefinedComposition({
    shape: "group",
    name: cut(name),
    links,
    needsInput: somebodyNeedsInput(links, given),
  });
}

/**
 * Calls side by side, and one more with the list of their results as its first argument; that one's result is its own.
 *
 * @throws {InvalidWorkError} for what is no durable task, and for more than 10,000 members.
 */
export function chord<const Links extends readonly AnyLink[], const Merge extends AnyLink>(
  members: Links & Calls<Links>,
  merge: Merge & Follower<NoInfer<Merge>, ResultsOf<Links>>,
): Composition<ResultOf<Merge>, InputsOf<Links>>;
export function chord(given: readonly unknown[], last: unknown): AnyComposition {
  if (!Array.isArray(given)) throw new InvalidWorkError(`chord: expected an array of calls, got ${describe(given)}`);
  const links = toMembers("chord", given);
  const merge = toLink("chord", last, links.length);
  const name = `chord(${listed(links, ", ")} → ${merge.work.name})`;
  const needs = somebodyNeedsInput(links, given);
  return new DefinedComposition({ shape: "chord", name: cut(name), links, merge, needsInput: needs });
}

const mostMembers = 10_000;

function toMembers(owner: string, given: readonly unknown[]): readonly Link[] {
  if (given.length <= mostMembers) return given.map((link, index) => toLink(owner, link, index));
  throw new InvalidWorkError(`${owner}: expected at most ${mostMembers} calls, got ${given.length}`);
}

function toLink(owner: string, given: unknown, index: number): Link {
  const [work, ...args]: readonly unknown[] = Array.isArray(given) ? given : [given];
  const place = `${owner}: call ${index + 1}`;
  if (work instanceof DefinedComposition) return { work, args };
  if (!isTask(work)) throw new InvalidWorkError(`${place}: expected a durable task, got ${describe(work)}`);
  if (work.options.durable !== true) {
    throw new InvalidWorkError(`${place}: the task ${work.name} is not durable; define it with durable: true`);
  }
  if (work.options.tx === undefined) return { work, args };
  throw new InvalidWorkError(`${place}: ${work.name}.with({ tx }) is for a call by itself; a composition has no tx`);
}

/** What a codec makes of a result may be no JSON, and then a list of them is none either. */
function refuseCodec({ work }: Link): void {
  if (isTask(work)) {
    if (work.options.codec === undefined) return;
    throw new InvalidWorkError(
      `group: the results of ${work.name} go through its codec, and a list of them can't be stored; use a chord`,
    );
  }
  const { shape, links, merge } = work.parts;
  const last = shape === "chain" ? links.at(-1) : merge;
  if (last !== undefined) refuseCodec(last);
}

/** A task that stands by itself, where a call is expected, waits for its first argument. */
function needsInput({ work, args }: Link, given: unknown): boolean {
  if (work instanceof DefinedComposition) return work.parts.needsInput && args.length === 0;
  return !Array.isArray(given);
}

function somebodyNeedsInput(links: readonly Link[], given: readonly unknown[]): boolean {
  return links.some((link, index) => needsInput(link, given[index]));
}

const mostNamed = 5;

function listed(links: readonly Link[], separator: string): string {
  const names = links.slice(0, mostNamed).map(({ work }) => work.name);
  const more = links.length - names.length;
  return [...names, ...(more > 0 ? [`${more} more`] : [])].join(separator);
}

const longestName = 200;

function cut(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName - 1)}…`;
}
