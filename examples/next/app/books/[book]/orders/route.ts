import { body, int, path } from "afterwork";
import { z } from "zod";

import { receipt, work } from "../../../../work.ts";

const buyer = body(z.object({ name: z.string() }));

export const POST = work.inject({ book: path(int), buyer }, { status: 201 }, ({ book, buyer, background }) => {
  const job = background.addTask(receipt, book, buyer.name);
  return { job: job.id };
});
