import type { BackgroundTasks } from "afterwork";

import type { Answer } from "./answer.ts";
import { context } from "./context.ts";
import { journalOf } from "./journal.ts";
import { plays } from "./plays.ts";

/**
 * A server that has the routes of the contract, written as users of its framework write them:
 *
 * - `/plays/<name>?run=<id>`, for GET, HEAD and POST: sends what {@link play} says, by the framework's own means;
 * - every route of `injectedRoutes`, as `work.inject(route.inputs, route.handler)`; the framework's usual body parser
 *   stands before the paths that begin with `/parsed`, if it is not everywhere anyway;
 * - the framework's usual compression, everywhere.
 */
export interface Site {
  readonly port: number;
  /** Ends it by the framework's own close. Resolves when that has. */
  close(): Promise<unknown>;
}

/** Plays what the path `/plays/<name>?run=<id>` of a request asks for, with what the framework's user has. */
export async function play(url: string, background: BackgroundTasks): Promise<Answer> {
  const { pathname, searchParams } = new URL(url, "http://site");
  const name = pathname.slice("/plays/".length);
  const found = Object.hasOwn(plays, name) ? plays[name] : undefined;
  if (found === undefined) throw new Error(`there is no play ${name}`);
  const run = searchParams.get("run") ?? "";
  return await context.run(run, async () => found({ background, journal: journalOf(run), query: searchParams }));
}
