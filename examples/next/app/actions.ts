"use server";

import { receipt, work } from "../work.ts";

/** The receipt is stored before the browser hears of it. */
export const order = work.action(({ background }, form: FormData) => {
  background.addTask(receipt, 7, form.get("name") as string);
});
