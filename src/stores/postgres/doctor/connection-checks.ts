import { randomUUID } from "node:crypto";

import { sleep, systemClock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import type { Database, Row } from "../client/database.ts";
import { DeafChannelError } from "../client/listen-session.ts";
import { numberIn } from "../row.ts";
import { byQuery, type Check, hint, ok, type Patient, type Verdict, warning } from "./check.ts";

/** In use, of those that there may be. */
const crowded = 0.9;
/** For a connection and a notification; the client is less patient. */
const hearingMs = 15_000;

/** What lies between the store and its server. */
export const connectionChecks: readonly Check[] = [
  {
    name: "connections",
    async look(patient) {
      const { poolSize } = await patient.database.route();
      return connectionsOf(poolSize).look(patient);
    },
  },
  {
    name: "pooler",
    async look({ database }) {
      const { pooler } = await database.route();
      if (pooler === "unknown") return [ok("this client does not tell whether there is one")];
      if (pooler === "none") return [ok("none stands before the server")];
      if (pooler === "some") return [ok("one stands before the server; statements pass it")];
      return [
        ok("one in transaction mode stands before the server; statements pass it, and listening needs listenUrl"),
      ];
    },
  },
  { name: "notifications", look: async (patient) => [await hearing(patient)] },
];

function connectionsOf(poolSize: number | undefined): Check {
  return byQuery({
    name: "connections",
    sql: `select r.what, r.most, r.used from (
        select 'max_connections' as what, current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true), '0')::int as most,
          (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used
        union all select 'the limit of the database', datconnlimit,
          (select count(*)::int from pg_stat_activity where datid = d.oid) from pg_database d where datname = current_database()
        union all select 'the limit of the user', rolconnlimit,
          (select count(*)::int from pg_stat_activity where usesysid = u.oid) from pg_roles u where rolname = current_user) r
      where r.most >= 0 order by r.most - r.used limit 1`,
    judge: ([row = {}]) => judgeConnections(row, poolSize),
  });
}

function judgeConnections(row: Row, poolSize: number | undefined): Verdict {
  const [most, used] = [numberIn(row, "most"), numberIn(row, "used")];
  const seen = `${used} of ${most} that ${String(row["what"])} allows are in use`;
  const remedy = "use smaller pools, put a pooler before the server, or raise it";
  if (used >= most * crowded) return warning(seen, remedy);
  if (poolSize === undefined) return ok(seen);
  // One listens.
  const wanted = poolSize + 1;
  const whole = `${seen}; a process such as this one takes up to ${wanted}`;
  return wanted > most - used ? hint(whole, `there is no room for another one: ${remedy}`) : ok(whole);
}

async function hearing({ database, listens }: Patient): Promise<Verdict> {
  if (!listens) {
    const remedy = "jobs of other processes are found by polling only: leave out listen: false, if you can";
    return hint("the store is told not to listen", remedy);
  }
  const { listensElsewhere } = await database.route();
  const error = await hearOnce(database);
  if (error === undefined) return ok(`they arrive${listensElsewhere ? " by listenUrl" : ""}`);
  const polling = "until then, jobs of other processes are found by polling only";
  if (!(error instanceof DeafChannelError)) return warning(messageOf(error), `look at the connection; ${polling}`);
  if (listensElsewhere) {
    const remedy = "give listenUrl a direct connection to the same database";
    return warning("listenUrl can be listened to, and they don't arrive", `${remedy}; ${polling}`);
  }
  return warning(
    "the server can be listened to, and they don't arrive, as behind a pooler in transaction mode",
    `give postgres() a listenUrl: the URL of a direct connection; ${polling}`,
  );
}

/** Listens until it is proven that notifications arrive. `undefined`: they do. */
async function hearOnce(database: Database): Promise<unknown> {
  const over = new AbortController();
  const heard = Promise.withResolvers<unknown>();
  const listening = database.listen(`afterwork_doctor_${randomUUID()}`, {
    onNotification: () => {},
    onListening: () => heard.resolve(undefined),
    onLost: (error) => heard.resolve(error),
  });
  const late = sleep(systemClock, hearingMs, over.signal).then(() => new Error("listening took too long"));
  try {
    return await Promise.race([heard.promise, late]);
  } finally {
    over.abort();
    await listening?.stop();
  }
}
