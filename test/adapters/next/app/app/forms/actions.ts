"use server";

import { depends, header } from "afterwork";
import { redirect } from "next/navigation";

import { setStore, storedTask } from "../../../../contract/engine.ts";
import { note } from "../../notes.ts";
import { work } from "../../work.ts";

const session = depends(async function* session() {
  yield { open: true };
  note("session closes");
});

export const signUp = work.action(
  { session, host: header("host") },
  async ({ session, host, background }, form: FormData) => {
    background.addTask(() => note(`welcome ${form.get("name") as string}`));
    note(`action of ${host.split(":")[0]}: ${session.open}`);
  },
);

export const moveOn = work.action(({ background }) => {
  background.addTask(() => note(`moved on: ${background.outcome?.status}`));
  background.onFailure.addTask(() => note("failed to move on"));
  redirect("/items/7");
});

export const fail = work.action(({ background }) => {
  background.addTask(() => note("task of success"));
  background.onFailure.addTask(() => note("task of failure"));
  throw new Error("an action that fails");
});

export const refuse = work.action(({ background }) => {
  setStore("refused", "down");
  background.addTask(storedTask, "refused");
  background.always.addTask(() => note(`refused: ${String(background.outcome?.error)}`));
});
