import { z } from "zod";

/** The body that every server validates. */
export const Item = z.object({
  name: z.string().min(1).max(100),
  description: z.string().max(500).optional(),
  price: z.number().positive(),
  quantity: z.int().min(1),
  tags: z.array(z.string()),
});
export type Item = z.infer<typeof Item>;

/** What the server has done so far; the driver reads it beside the CPU time. */
export const tally = { handled: 0, tasks: 0 };

/** The answer, the same in every server. */
export function reply(id: number, item: Item): { id: number; name: string; total: number } {
  tally.handled += 1;
  return { id, name: item.name, total: item.price * item.quantity };
}

/** The background task: as good as nothing, so that the machinery around it is what is measured. */
export function record(id: number, name: string): void {
  if (id > 0 && name !== "") tally.tasks += 1;
}

/** What a careful user does by hand after the response: a function's end is waited for, and its error logged. */
export async function carefully(run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    console.error(error);
  }
}

/** The path parameter for servers that leave its validation to the user. */
export function parseId(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
