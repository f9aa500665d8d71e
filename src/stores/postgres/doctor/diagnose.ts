import { messageOf } from "../../../base/errors.ts";
import type { Finding } from "../../contract/finding.ts";
import { readLayout } from "../migrate.ts";
import { clientVersion } from "../migrations.ts";
import { textIn } from "../row.ts";
import { type Check, hint, type Limits, ok, type Patient, problem, type Verdict, warning } from "./check.ts";
import { connectionChecks } from "./connection-checks.ts";
import { horizonChecks } from "./horizon-checks.ts";
import { layoutCheck, objectChecks, privilegesCheck, unreadable } from "./schema-checks.ts";
import { serverChecks } from "./server-checks.ts";
import { tableChecks } from "./table-checks.ts";
import { workChecks } from "./work-checks.ts";

const usualLimits: Limits = { oldMs: 5 * 60_000, oldTransactions: 100_000, deadRows: 50_000, waitMs: 60_000 };

/** Examines a database and the schema of a store; changes nothing. That it can't be reached is a finding. */
export async function diagnose(
  who: Omit<Patient, "limits">,
  limits: Partial<Limits> = {},
): Promise<readonly Finding[]> {
  const patient: Patient = { ...who, limits: { ...usualLimits, ...limits } };
  const reached = await examine(connection, patient);
  if (reached.some(({ level }) => level === "problem")) return reached;
  const findings = [...reached];
  for (const check of await checksFor(patient)) findings.push(...(await examine(check, patient)));
  return findings;
}

/** What is in a schema can be judged by whoever knows its layout. */
async function checksFor({ database, schema }: Patient): Promise<readonly Check[]> {
  const version = await readLayout(database.query, schema).then(
    (layout) => layout.version,
    () => 0,
  );
  return [
    ...serverChecks,
    ...connectionChecks,
    ...horizonChecks,
    layoutCheck,
    privilegesCheck,
    ...(version === clientVersion ? [...objectChecks, ...tableChecks] : []),
    ...(version >= clientVersion ? workChecks : []),
  ];
}

async function examine(check: Check, patient: Patient): Promise<readonly Finding[]> {
  const verdicts = await check.look(patient).catch((error: unknown) => [missed(check, error, patient)]);
  return verdicts.map((verdict) => ({ check: check.name, ...verdict }));
}

/** The verdict of a check that could not look. */
function missed(check: Check, error: unknown, patient: Patient): Verdict {
  if (check === layoutCheck) return unreadable(error, patient);
  if (check === connection) return problem(messageOf(error), unreached(error));
  const seen = `it could not be looked at: ${messageOf(error)}`;
  if (sqlStateOf(error) !== "42501") return warning(seen, "see what the other checks say");
  return hint(seen, "see privileges; some need pg_monitor");
}

const connection: Check = {
  name: "connection",
  async look({ database }) {
    const [row = {}] = await database.query("select current_user as who");
    const { place } = await database.route();
    return [ok(`${place}, as ${textIn(row, "who")}`)];
  },
};

const remedies: readonly (readonly [state: RegExp, remedy: string])[] = [
  [/^28/, "correct the user or the password, or what pg_hba.conf allows"],
  [/^3D/, "create the database, or name another one"],
  [/^53300$/, "use smaller pools, put a pooler before the server, or raise max_connections"],
  [/^57P0[123]$/, "wait until the server has started"],
  [/^/, "see whether it is running, and whether host, port and firewall are right"],
];

function unreached(error: unknown): string {
  return remedies.find(([state]) => state.test(sqlStateOf(error)))?.[1] ?? "";
}

function sqlStateOf(error: unknown): string {
  const { details } = error as { readonly details?: Readonly<Record<string, unknown>> };
  const state = details?.["sqlState"];
  return typeof state === "string" ? state : "";
}
