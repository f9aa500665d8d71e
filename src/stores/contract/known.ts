/** Facts without those that are not known. */
export type Known<Facts> = { readonly [Name in keyof Facts]?: NonNullable<Facts[Name]> };

/** The facts that are neither `undefined` nor `null`. */
export function known<Facts extends object>(facts: Facts): Known<Facts> {
  const entries = Object.entries(facts).filter(([, fact]) => fact !== undefined && fact !== null);
  return Object.fromEntries(entries) as Known<Facts>;
}
