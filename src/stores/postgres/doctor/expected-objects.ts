import type { Migration } from "../migrations.ts";

/** What a schema has that has had all migrations. */
export interface ExpectedObject {
  readonly kind: "table" | "index" | "view" | "sequence" | "function" | "type";
  readonly name: string;
  /** Of an index: that of its table. */
  readonly table: string | undefined;
  /** What makes it, where it is not a part of a table. */
  readonly statement: string | undefined;
}

/** The settings with which a table is stored. */
export interface ExpectedSettings {
  readonly table: string;
  /** As in `alter table … set (…)`. */
  readonly settings: Readonly<Record<string, string>>;
}

const creation =
  /^create (?:or replace )?(?:unique )?(table|index|view|sequence|function|type) (?:concurrently )?(?:if not exists )?(\w+)/;
const removal = /^drop (table|index|view|sequence|function|type) (?:concurrently )?(?:if exists )?(\w+)/;

/** Reads them in the statements of the migrations, so that there is no second list. */
export function expectedObjects(list: readonly Migration[]): readonly ExpectedObject[] {
  const objects = new Map<string, ExpectedObject>();
  for (const statement of list.flatMap(({ statements }) => statements)) {
    for (const object of created(statement)) objects.set(`${object.kind} ${object.name}`, object);
    const [, kind, name] = removal.exec(statement) ?? [];
    for (const [key, object] of objects) {
      if (key === `${kind} ${name}` || (kind === "table" && object.table === name)) objects.delete(key);
    }
  }
  return [...objects.values()];
}

function created(statement: string): readonly ExpectedObject[] {
  const [, kind, name] = creation.exec(statement) ?? [];
  if (kind === undefined || name === undefined) return [];
  const table = kind === "index" ? /^[^(]* on (\w+)/.exec(statement)?.[1] : undefined;
  const object = { kind: kind as ExpectedObject["kind"], name, table, statement };
  return kind === "table" ? [object, ...keysOf(name, statement)] : [object];
}

/** The indexes that come with the keys of a table, by the names that PostgreSQL gives them. */
function keysOf(table: string, statement: string): readonly ExpectedObject[] {
  const names = [
    ...(/\bprimary key\b/.test(statement) ? ["pkey"] : []),
    ...[...statement.matchAll(/^\s*(\w+) [^\n]*\bunique\b,?$/gm)].map(([, column]) => `${column}_key`),
    ...[...statement.matchAll(/^\s*unique \(([^)]*)\)/gm)].map(
      ([, columns = ""]) => `${columns.replaceAll(", ", "_")}_key`,
    ),
  ];
  return names.map((name) => ({ kind: "index", name: `${table}_${name}`, table, statement: undefined }));
}

/** What the migrations set for tables. */
export function expectedSettings(list: readonly Migration[]): readonly ExpectedSettings[] {
  const tables = new Map<string, Readonly<Record<string, string>>>();
  for (const statement of list.flatMap(({ statements }) => statements)) {
    const [, table, text = ""] =
      /^alter table (\w+) set \(([^)]*)\)$/.exec(statement) ??
      /^create table (\w+) [\s\S]*\) with \(([^)]*)\)$/.exec(statement) ??
      [];
    if (table !== undefined) tables.set(table, { ...tables.get(table), ...settingsIn(text) });
  }
  return [...tables].map(([table, settings]) => ({ table, settings }));
}

function settingsIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split(",").map((setting) => setting.split("=").map((part) => part.trim())));
}
