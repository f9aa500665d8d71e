import { called } from "./sql-function.ts";

/** How many events are kept of a job. */
const mostEvents = 1000;

/** What running attempts report. */
export const records: readonly string[] = [
  // In the order of the entries; each only if its job is still held under its token.
  called(
    "record(entries text) returns table (answer text)",
    `declare
  e json;
  wanted uuid;
  last bigint;
begin
  for e in select value from json_array_elements(entries::json) loop
    wanted := (e ->> 'id')::uuid;
    perform from claimed where id = wanted and token = (e ->> 'token')::bigint for key share;
    if not found then
      wanted := find_job(wanted);
      perform from claimed where id = wanted and token = (e ->> 'token')::bigint for key share;
    end if;
    if not found then
      return query select 'lost'::text;
    elsif e ->> 'kind' = 'step' then
      perform write_step(wanted, e ->> 'name', e ->> 'value', null);
      return query select 'applied'::text;
    else
      if e ->> 'kind' = 'progress' then
        insert into progress values (wanted, e ->> 'data') on conflict (id) do update set data = excluded.data;
      end if;
      last := coalesce((select max(number) from event where job = wanted), 0) + 1;
      insert into event values (wanted, last, now_ms(), e ->> 'kind', e ->> 'data');
      delete from event where job = wanted and number <= last - ${mostEvents};
      return query select 'applied'::text;
    end if;
  end loop;
end`,
  ),
  called(
    "load_steps(given uuid) returns table (name text, value text, sleep_until bigint)",
    `#variable_conflict use_column
begin
  return query select s.name, s.value, s.sleep_until from step s where s.job = find_job(given) order by s.number;
end`,
  ),
  called(
    "read_events(given uuid, after bigint, most integer) returns table (id bigint, at bigint, kind text, data text)",
    `#variable_conflict use_column
begin
  return query select e.number, e.at, e.kind, e.data from event e where e.job = find_job(given) and e.number > after
    order by e.number limit most;
end`,
  ),
];
