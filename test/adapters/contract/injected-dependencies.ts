import { setTimeout as sleep } from "node:timers/promises";

import { depends, header, HTTPException, query } from "afterwork";
import { z } from "zod";

import { journalOf, type Journal } from "./journal.ts";

/** That of the run of the request. */
export const journal = depends({ run: query() }, ({ run }) => journalOf(run));

/** What is closed before the response leaves. */
export const session = depends({ run: query() }, ({ run }) => opened("session", journalOf(run)));

/** What is closed after the tasks. */
export const trace = depends.request({ run: query() }, ({ run }) => opened("trace", journalOf(run)));

async function* opened(name: string, journal: Journal): AsyncGenerator<{ readonly isOpen: boolean }> {
  const state = { isOpen: true };
  journal.note(`${name} opens`);
  try {
    yield state;
    await sleep(20);
    journal.note(`${name} commits`);
  } catch (error) {
    journal.note(`${name} rolls back`);
    throw error;
  } finally {
    state.isOpen = false;
    journal.note(`${name} closes`);
  }
}

/** What there is one of; its journal is that of the run `app`. */
export const pool = depends.app(async function* pool() {
  const state = { isOpen: true };
  journalOf("app").note("pool opens");
  yield state;
  state.isOpen = false;
  journalOf("app").note("pool closes");
});

/** Lets in who has the token. */
export const guard = depends.guard({ token: header("x-token", z.string().optional()) }, ({ token }) => {
  if (token !== "secret") throw new HTTPException(401, "Invalid token", { "www-authenticate": "Bearer" });
});

/** Adds tasks of its own. */
const adding = depends({ journal }, ({ journal, background }) => {
  background.addTask(() => journal.note("task of a dependency"));
  background.onFailure.addTask(() => journal.note("task of failure"));
});

/** Refuses where the query says so. */
export const refusing = depends({ adding, refused: query(z.string().optional()) }, ({ refused }) => {
  if (refused !== undefined) throw new HTTPException(403, "refused");
});
