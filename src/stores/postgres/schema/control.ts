import { end, flag } from "./flags.ts";
import { called, inner } from "./sql-function.ts";

/** What people ask for: cancel, retry, pause. */
export const control: readonly string[] = [
  // In the order of the ids.
  called(
    "cancel(ids uuid[], channel text) returns table (answer text)",
    `declare
  given uuid;
  wanted uuid;
  stands text;
  running boolean := false;
  known_ids uuid[] := array(select f.id from unnest(ids) g(id) cross join lateral find_job(g.id) f(id) where f.id is not null);
begin
  perform lock_family('{}', known_ids, known_ids);
  foreach given in array ids loop
    wanted := find_job(given);
    stands := case when wanted is not null then seize(wanted) end;
    case
      when stands is null then
        return query select 'unknown'::text;
      when stands = 'ended' then
        return query select 'terminal'::text;
      when stands = 'claimed' then
        update claimed set stop = true where id = wanted;
        running := true;
        return query select 'requested'::text;
      else
        perform end_waiting(read_job(wanted), ${end.cancelled});
        return query select 'cancelled'::text;
    end case;
  end loop;
  if channel is null then return; end if;
  if running then perform tell(channel, 'control'); end if;
  if noted('ended') then perform tell(channel, 'ended'); end if;
  if noted('jobs') then perform tell(channel, 'jobs'); end if;
end`,
  ),

  // A key that is held until the end of a job was freed then; another job may have it now.
  inner(
    "retake_key(j full_job) returns boolean",
    `declare
  key_text text := j.rules::json #>> '{unique,key}';
  holder uuid;
begin
  if j.flags & ${flag.unique} = 0 then return true; end if;
  insert into unique_key (key) values (key_text) on conflict (key) do update set key = excluded.key;
  holder := holder_of(key_text);
  if holder is not null and holder <> j.id then return false; end if;
  update unique_key set job = j.id, free_at = null where key = key_text;
  return true;
end`,
  ),

  // Brings back a job that has ended and not succeeded, and the children that ended because of it.
  inner(
    "retry_one(given uuid) returns text",
    `declare
  wanted uuid := find_job(given);
  j full_job;
  child full_job;
  child_id uuid;
  back full_job[];
  number integer := 0;
  ids uuid[];
begin
  perform from outcome where id = wanted for update;
  if not found then return case when exists (select from job where id = wanted) then 'active' else 'unknown' end; end if;
  j := read_job(wanted);
  if j.status = ${end.succeeded} then return 'succeeded'; end if;
  if j.ended_by is not null or exists (select from edge e join outcome o on o.id = e.parent
      where e.child = wanted and o.status <> ${end.succeeded}) then return 'parent'; end if;
  if not retake_key(j) then return 'conflict'; end if;
  update job set rules = (select json_strip_nulls(json_object_agg(key, value)) from json_each(rules::json)
      where key not in ('delayMs', 'runAt'))::text, due_at = null where id = wanted;
  back := array[j];
  while number < cardinality(back) loop
    number := number + 1;
    j := back[number];
    for child_id in select e.child from edge e join job c on c.id = e.child where e.parent = j.id order by c.seq + 0 loop
      perform from outcome where id = child_id and ended_by = j.id for update;
      continue when not found;
      child := read_job(child_id);
      if retake_key(child) then back := back || child; end if;
    end loop;
    delete from outcome where id = j.id;
    update job set expires_at = null, flags = flags & ~${flag.expires} where id = j.id;
    j.attempts := 0;
    j.only_crashes := true;
    perform write_course(j, null);
  end loop;
  ids := array(select id from unnest(back));
  perform hold_parents(ids, ids);
  foreach child_id in array ids loop
    if (read_job(child_id)).flags & ${flag.child} <> 0 then perform await_parents(child_id); end if;
  end loop;
  foreach child_id in array ids loop
    perform settle_in(child_id);
  end loop;
  return 'retried';
end`,
  ),
  called(
    "retry(ids uuid[], channel text) returns table (answer text)",
    `declare
  given uuid;
  keys text[] := array(with recursive family(id) as (
      select f.id from unnest(ids) g(id) cross join lateral find_job(g.id) f(id)
      union select e.child from family f join edge e on e.parent = f.id join outcome o on o.id = e.child and o.ended_by = f.id)
    select j.rules::json #>> '{unique,key}' from family join job j on j.id = family.id where j.flags & ${flag.unique} <> 0);
begin
  perform take_keys(keys);
  foreach given in array ids loop
    return query select retry_one(given);
  end loop;
  perform drop_unused_keys(keys);
  if channel is not null then perform tell(channel, 'jobs'); end if;
end`,
  ),

  called(
    "set_queue(given_name text, is_paused boolean, channel text) returns void",
    `begin
  insert into queue (name, paused) values (given_name, is_paused) on conflict (name) do update set paused = excluded.paused;
  if channel is not null then perform tell(channel, 'control'); end if;
end`,
  ),
];
