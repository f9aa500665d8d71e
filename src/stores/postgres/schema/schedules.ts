import { called } from "./sql-function.ts";

/** Schedules, each with the last slot that was seen to. */
export const schedules: readonly string[] = [
  called(
    "note_schedules(names text[]) returns table (name text, last_slot bigint, at bigint)",
    `#variable_conflict use_column
declare
  now bigint := now_ms();
begin
  insert into schedule select distinct n.name, now, null::uuid from unnest(names) n(name) order by 1 on conflict do nothing;
  return query select s.name, s.last_slot, now from unnest(names) with ordinality n(name, place) join schedule s on s.name = n.name
    order by n.place;
  if names = '{}' then return query select null::text, null::bigint, now; end if;
end`,
  ),

  // Moves a schedule on and stores its jobs, if nobody else has: no row without an answer, one without a place says that it did.
  called(
    `fire(given_name text, expected_last bigint, slot bigint, jobs text, unless_unfinished boolean, channel text)
  returns table (number integer, of_id uuid, is_other boolean)`,
    `#variable_conflict use_column
declare
  s schedule;
  answer record;
begin
  update schedule set last_slot = slot where name = given_name and last_slot = expected_last returning * into s;
  if not found then return; end if;
  if not (unless_unfinished and s.last_job is not null and exists (select from job where id = s.last_job)
      and not exists (select from outcome where id = s.last_job)) then
    for answer in select * from store_jobs(jobs, false) loop
      return query select answer.number, answer.of_id, answer.is_other;
      update schedule set last_job = answer.of_id where name = given_name;
    end loop;
  end if;
  if channel is not null then perform tell(channel, 'jobs'); end if;
  return query select null::integer, null::uuid, null::boolean;
end`,
  ),
];
