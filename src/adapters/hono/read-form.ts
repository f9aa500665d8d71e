import type { Context } from "hono";

import type { ParsedBody } from "../../app/request/request-source.ts";

/** The form that `parseBody`, `formData` or a validator of Hono has read before; files are not among its fields. */
export function readForm({ req }: Context): undefined | Promise<ParsedBody> {
  const { formData } = req.bodyCache;
  return formData === undefined ? undefined : Promise.resolve(formData).then(toFields);
}

function toFields(form: FormData): ParsedBody {
  const fields = new Map<string, string[]>();
  form.forEach((value, name) => {
    if (typeof value === "string") fields.set(name, [...(fields.get(name) ?? []), value]);
  });
  return { value: Object.fromEntries(fields) };
}
