/** Words run together, each with a capital: `"read item"` and `"read-item"` become `"ReadItem"`. */
export function pascalCase(text: string): string {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

/** The first free one of `name`, `name2`, `name3` and so on. */
export function freeName(name: string, isTaken: (candidate: string) => boolean): string {
  let candidate = name;
  for (let count = 2; isTaken(candidate); count += 1) candidate = `${name}${count}`;
  return candidate;
}
