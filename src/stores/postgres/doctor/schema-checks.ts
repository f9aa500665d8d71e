import { messageOf } from "../../../base/errors.ts";
import type { Row } from "../client/database.ts";
import { quoteName } from "../client/quote.ts";
import { readLayout } from "../migrate.ts";
import { clientVersion, migrations } from "../migrations.ts";
import { textIn } from "../row.ts";
import { byQuery, type Check, hint, ok, orOk, type Patient, problem, type Verdict, warning } from "./check.ts";
import { expectedObjects } from "./expected-objects.ts";
import { listOf } from "./words.ts";

const expected = expectedObjects(migrations);
const migrateIt = "run `afterwork migrate`";

/** Is the schema there, and new enough? */
export const layoutCheck: Check = {
  name: "layout",
  async look({ database, schema, migrates }) {
    const { exists, version } = await readLayout(database.query, schema);
    if (version === clientVersion) return [ok(`the schema ${schema} has the layout ${version}, as this client`)];
    const lacks = migrates ? warning : problem;
    const remedy = migrates ? `${migrateIt}, or let the store do it when it is opened` : migrateIt;
    if (!exists) return [lacks(`there is no schema ${schema}`, remedy)];
    if (version === 0) return [lacks(`the schema ${schema} is there, and nothing of the store is in it`, remedy)];
    const seen = `the schema ${schema} has the layout ${version}, and this client ${clientVersion}`;
    return [version < clientVersion ? lacks(seen, remedy) : hint(seen, "update afterwork in this process")];
  },
};

/** May this user do what the store does? */
export const privilegesCheck: Check = byQuery({
  name: "privileges",
  sql: `with own as (select oid from pg_namespace where nspname = $1)
    select 'usage' as what, 'the schema' as name, quote_ident(current_user) as who where exists (select from own)
      and not has_schema_privilege((select oid from own), 'usage')
    union all select lower(p.word), c.relname, quote_ident(current_user) from pg_class c
      cross join (values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) p(word)
      where c.relnamespace = (select oid from own) and c.relkind = 'r' and (c.relname <> 'meta' or p.word = 'SELECT')
      and not has_table_privilege(c.oid, p.word)
    union all select 'usage', c.relname, quote_ident(current_user) from pg_class c
      where c.relnamespace = (select oid from own) and case c.relkind when 'S' then not has_sequence_privilege(c.oid, 'usage') end
    union all select 'execute', f.proname, quote_ident(current_user) from pg_proc f
      where f.pronamespace = (select oid from own) and not has_function_privilege(f.oid, 'execute')
    union all select 'create', 'the database ' || current_database(), quote_ident(current_user) where not exists (select from own)
      and not has_database_privilege(current_database(), 'create')`,
  judge(rows, patient) {
    const [first] = rows;
    if (first === undefined) return ok("this user has what the store needs");
    const lacking = rows.map((row) => `${textIn(row, "what")} on ${textIn(row, "name")}`);
    return problem(`this user lacks ${listOf(lacking, 4)}`, remedyOf(first, patient));
  },
});

function remedyOf(row: Row, { schema }: Patient): string {
  const who = textIn(row, "who");
  if (row["what"] === "create") return "have `afterwork migrate --sql` run by somebody who may make schemas";
  const name = quoteName(schema);
  return [
    `grant usage on schema ${name} to ${who}`,
    `grant select, insert, update, delete on all tables in schema ${name} to ${who}`,
    `grant usage on all sequences in schema ${name} to ${who}`,
    `grant execute on all functions in schema ${name} to ${who}`,
  ].join("; ");
}

/** Is in the schema what the migrations have made? They need a schema of just this layout. */
export const objectChecks: readonly Check[] = [
  byQuery({
    name: "objects",
    sql: `select case c.relkind when 'r' then 'table' when 'v' then 'view' when 'S' then 'sequence' end as kind, c.relname as name
      from pg_class c where c.relnamespace = (select oid from pg_namespace where nspname = $1) and c.relkind in ('r', 'v', 'S')
      union all select 'function', proname from pg_proc
      where pronamespace = (select oid from pg_namespace where nspname = $1)
      union all select 'type', typname from pg_type where typnamespace = (select oid from pg_namespace where nspname = $1)`,
    judge(rows, { schema }) {
      const there = new Set(rows.map((row) => `${textIn(row, "kind")} ${textIn(row, "name")}`));
      const names = expected.filter(({ kind }) => kind !== "index").map(({ kind, name }) => `${kind} ${name}`);
      const missing = names.filter((name) => !there.has(name));
      if (missing.length === 0) return ok(`all tables and functions of the schema ${schema} are there`);
      return problem(
        `missing: ${listOf(missing)}`,
        "somebody has dropped what the store needs: restore it from a backup, or make a schema of another name",
      );
    },
  }),
  byQuery({
    name: "indexes",
    sql: `select c.relname as name, i.indisvalid and i.indisready as valid from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relnamespace = (select oid from pg_namespace where nspname = $1) order by c.relname`,
    judge(rows, patient) {
      return orOk([...missingOf(rows, patient), ...invalidOf(rows, patient)], "all are there, and valid");
    },
  }),
];

function missingOf(rows: readonly Row[], { schema }: Patient): readonly Verdict[] {
  const there = new Set(rows.map((row) => textIn(row, "name")));
  const missing = expected.filter(({ kind, name }) => kind === "index" && !there.has(name));
  return missing.map(({ name, table, statement }) =>
    problem(
      `${name} is missing`,
      statement === undefined
        ? `it belongs to a key of the table ${table}: make that again as a fresh schema has it`
        : `set search_path to ${quoteName(schema)}; ${statement.replace(" index ", " index concurrently ")}`,
    ),
  );
}

function invalidOf(rows: readonly Row[], { schema }: Patient): readonly Verdict[] {
  const known = new Set(expected.map(({ name }) => name));
  return rows
    .filter((row) => row["valid"] !== true)
    .map((row) => {
      const name = textIn(row, "name");
      const full = `${quoteName(schema)}.${quoteName(name)}`;
      if (known.has(name)) return problem(`${name} is invalid`, `reindex index concurrently ${full}`);
      return warning(`${name} is invalid; something was cut off`, `drop index concurrently ${full}`);
    });
}

/** What a check of the layout comes to that could not read it. */
export function unreadable(error: unknown, patient: Patient): Verdict {
  const { details } = error as { readonly details?: Readonly<Record<string, unknown>> };
  if (details?.["sqlState"] === "42501") return problem(messageOf(error), remedyOf({ who: "this user" }, patient));
  if (details?.["minCompatible"] !== undefined) return problem(messageOf(error), "update afterwork in this process");
  return problem(messageOf(error), "look at the server's log");
}
