import type { ErrorRecord } from "../contract/job-record.ts";
import type { Core } from "./core.ts";
import type { JobRow } from "./job-row.ts";

/** How many failed attempts are kept of a job. */
const mostFailures = 100;

/** Notes that the attempt of a held job has failed. */
export function noteFailure(core: Core, job: JobRow, error: ErrorRecord, crashed = false): void {
  const { seq, attempts, startedAt, worker } = job;
  const last = core.sql.get<{ number: number }>(
    "select max(number) as number from afterwork_failure where seq = ?",
    seq,
  );
  const number = (last?.number ?? 0) + 1;
  const facts = [attempts, startedAt ?? core.now, core.now, worker ?? core.words.idOf(""), crashed ? 1 : 0] as const;
  core.sql.run(
    "insert into afterwork_failure values (?, ?, ?, ?, ?, ?, ?, ?)",
    seq,
    number,
    ...facts,
    JSON.stringify(error),
  );
  if (number > mostFailures) {
    core.sql.run("delete from afterwork_failure where seq = ? and number <= ?", seq, number - mostFailures);
  }
}
