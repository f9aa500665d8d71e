import { called, inner } from "./sql-function.ts";

/** What is kept of a job beside its facts, by its id. */
const tables = [
  ["outcome", "id"],
  ["course", "id"],
  ["progress", "id"],
  ["alias", "job"],
  ["failure", "job"],
  ["step", "job"],
  ["event", "job"],
  ["edge", "parent"],
  ["edge", "child"],
] as const;

/** How jobs that have ended are forgotten. */
export const removal: readonly string[] = [
  // Does a child that has not ended need this job?
  inner(
    "is_needed(wanted uuid) returns boolean",
    `begin
  return exists (select from edge e where e.parent = wanted and not exists (select from outcome o where o.id = e.child));
end`,
  ),
  inner(
    "forget(ids uuid[]) returns void",
    `begin
  delete from unique_key u using job j where j.id = any(ids) and j.rules is not null
    and u.key = j.rules::json #>> '{unique,key}' and u.job = j.id;
${tables.map(([table, column]) => `  delete from ${table} where ${column} = any(ids);`).join("\n")}
  delete from job where id = any(ids);
end`,
  ),
  called(
    "remove(ids uuid[]) returns table (answer text)",
    `declare
  given uuid;
  wanted uuid;
  known_ids uuid[] := array(select f.id from unnest(ids) g(id) cross join lateral find_job(g.id) f(id) where f.id is not null);
begin
  perform from unique_key where key = any(array(select j.rules::json #>> '{unique,key}' from job j where j.id = any(known_ids)))
    order by key for update;
  perform from outcome where id = any(known_ids) order by id for update;
  foreach given in array ids loop
    wanted := find_job(given);
    perform from outcome where id = wanted for update;
    if not found then
      return query select case when exists (select from job where id = wanted) then 'active' else 'unknown' end;
    elsif is_needed(wanted) then
      return query select 'needed'::text;
    else
      perform forget(array[wanted]);
      return query select 'removed'::text;
    end if;
  end loop;
end`,
  ),

  // Forgets the next jobs that have been kept long enough, up to so many. Those that a child still needs are passed over, and
  // those with whose unique key somebody is busy: that may be a transaction of a user's.
  called(
    `prune_some(after_time bigint, after_id uuid, most integer)
  returns table (removed integer, next_time bigint, next_id uuid)`,
    `declare
  now bigint := now_ms();
  looked_at integer;
  times bigint[];
  found_ids uuid[];
  gone uuid[];
  keyed_ids uuid[];
  ours uuid[];
begin
  select array_agg(x.forget_at order by x.forget_at, x.id), array_agg(x.id order by x.forget_at, x.id), count(*)
    into times, found_ids, looked_at
    from (select o.forget_at, o.id from outcome o where o.forget_at <= now and (o.forget_at, o.id) > (after_time, after_id)
      order by o.forget_at, o.id limit most for update skip locked) x;
  keyed_ids := array(select j.id from job j join unique_key u on u.key = j.rules::json #>> '{unique,key}' and u.job = j.id
    where j.id = any(found_ids) and j.rules is not null);
  ours := array(select j.id from job j join unique_key u on u.key = j.rules::json #>> '{unique,key}' and u.job = j.id
    where j.id = any(keyed_ids) for update of u skip locked);
  gone := array(select id from unnest(coalesce(found_ids, '{}')) f(id)
    where not is_needed(f.id) and (f.id <> all(keyed_ids) or f.id = any(ours)));
  perform forget(gone);
  return query select cardinality(gone), case when looked_at = most then times[looked_at] end,
    case when looked_at = most then found_ids[looked_at] end;
end`,
  ),

  // Keys whose time is over, rate limits whose windows nobody looks at any more.
  called(
    "prune_keys(at_most integer) returns void",
    `declare
  g gate;
begin
  delete from unique_key where key in (select key from unique_key where free_at <= now_ms() limit at_most for update skip locked);
  for g in select * from gate where jobs = 0 order by id limit at_most for update skip locked loop
    perform write_gate(forget_starts(g, now_ms()));
  end loop;
end`,
  ),
];
