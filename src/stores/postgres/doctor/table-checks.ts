import { migrations } from "../migrations.ts";
import { maybeText, numberIn, textIn } from "../row.ts";
import { byQuery, type Check, orOk, type Verdict, hint, problem, warning } from "./check.ts";
import { expectedSettings, type ExpectedSettings } from "./expected-objects.ts";
import { spanOf } from "./words.ts";

const expected = expectedSettings(migrations);
const hot = expected.filter(({ settings }) => Object.keys(settings).some((name) => name.startsWith("autovacuum_")));
const hotNames = hot.map(({ table }) => `'${table}'`).join(", ");

/** How the tables fare in which rows come and go all the time. */
export const tableChecks: readonly Check[] = [
  byQuery({
    name: "table-settings",
    sql: `select relname as name, array_to_string(reloptions, ',') as settings from pg_class
      where relnamespace = (select oid from pg_namespace where nspname = $1) and relkind = 'r'`,
    judge(rows, { schema }) {
      const found = new Map(rows.map((row) => [textIn(row, "name"), settingsIn(maybeText(row, "settings") ?? "")]));
      const verdicts = expected.flatMap((table) => judgeSettings(table, found.get(table.table), schema));
      return orOk(verdicts, "they are as the migrations have set them");
    },
  }),
  byQuery({
    name: "dead-rows",
    sql: `select relname as name, n_dead_tup as dead, n_live_tup as alive,
        extract(epoch from clock_timestamp() - greatest(last_autovacuum, last_vacuum)) * 1000 as vacuumed_ms
      from pg_stat_user_tables where schemaname = $1 and relname in (${hotNames}) order by n_dead_tup desc`,
    judge(rows, { schema, limits }) {
      const verdicts = rows
        .filter((row) => numberIn(row, "dead") > limits.deadRows)
        .map((row) => {
          const name = textIn(row, "name");
          const seen = `${name} has ${numberIn(row, "dead")} dead rows beside ${numberIn(row, "alive")}`;
          const remedy = `look for what keeps them: an old transaction, a slot, autovacuum; then vacuum "${schema}".${name}`;
          return warning(`${seen}; ${vacuumed(maybeText(row, "vacuumed_ms"))}`, remedy);
        });
      const [most = {}] = rows;
      return orOk(verdicts, `${textIn(most, "name")} has most, ${numberIn(most, "dead")}`);
    },
  }),
];

function judgeSettings(
  { table, settings }: ExpectedSettings,
  found: ReadonlyMap<string, string> | undefined,
  schema: string,
): readonly Verdict[] {
  // That a table is missing is told elsewhere.
  if (found === undefined) return [];
  const full = `"${schema}".${table}`;
  if (["false", "off", "no", "0"].includes(found.get("autovacuum_enabled") ?? "true")) {
    return [problem(`autovacuum is off for ${table}`, `alter table ${full} reset (autovacuum_enabled)`)];
  }
  const wrong = Object.entries(settings).filter(([name, value]) => Number(found.get(name)) !== Number(value));
  if (wrong.length === 0) return [];
  const list = wrong.map(([name, value]) => `${name} = ${value}`).join(", ");
  const isMissing = wrong.some(([name]) => !found.has(name));
  const tell = isMissing ? warning : hint;
  const seen = wrong.map(([name]) => `${name} is ${found.get(name) ?? "not set"}`).join(", ");
  return [tell(`${table}: ${seen}`, `alter table ${full} set (${list})`)];
}

function settingsIn(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(",").map((setting) => setting.split("=", 2) as [string, string]));
}

function vacuumed(agoMs: string | undefined): string {
  return agoMs === undefined ? "never vacuumed" : `vacuumed ${spanOf(Number(agoMs))} ago`;
}
