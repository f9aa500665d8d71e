import { end, flag, seenToAtEnd } from "./flags.ts";
import { readyRows } from "./ready-rows.ts";
import { called, inner } from "./sql-function.ts";

/** How the outcomes of attempts are taken. */
export const settling: readonly string[] = [
  inner(
    "note_failure(j full_job, kept_error text, by_crash boolean) returns void",
    `declare
  last integer := (select max(number) from failure where job = j.id);
begin
  insert into failure values (j.id, coalesce(last, 0) + 1, j.attempts, coalesce(j.started_at, now_ms()), now_ms(), j.worker,
    by_crash, kept_error);
  delete from failure where job = j.id and number <= coalesce(last, 0) + 1 - 100;
end`,
  ),

  // A job whose row in `claimed` is gone is due again at a time; asked to cancel, it ends.
  inner(
    "become_due(j full_job, due bigint) returns void",
    `begin
  if j.stop then
    perform end_held(j, ${end.cancelled}, null, null);
    return;
  end if;
  perform write_course(j, due);
  j.flags := j.flags | ${flag.course};
  perform place(j, due, true);
  perform free_permit(j, false);
end`,
  ),
  inner(
    "hand_back(j full_job, due bigint) returns void",
    `begin
  j.attempts := j.attempts - 1;
  perform become_due(j, due);
end`,
  ),
  inner(
    "write_step(wanted uuid, step_name text, step_value text, until bigint) returns void",
    `begin
  insert into step (job, number, name, value, sleep_until)
    values (wanted, (select coalesce(max(number), 0) + 1 from step where job = wanted), step_name, step_value, until)
    on conflict (job, name) do update set value = excluded.value, sleep_until = excluded.sleep_until;
end`,
  ),

  // One outcome of any kind: `applied`, `repeated` or `lost`.
  inner(
    "settle_one(o json) returns text",
    `declare
  wanted uuid := (o ->> 'id')::uuid;
  given_token bigint := (o ->> 'token')::bigint;
  kind text := o ->> 'kind';
  delay_ms bigint := coalesce((o ->> 'delayMs')::bigint, 0);
  delayed bigint := now_ms() + delay_ms;
  failure_text text := o ->> 'error';
  j full_job;
begin
  perform from claimed where id = wanted and token = given_token for update;
  if not found then
    wanted := find_job(wanted);
    if wanted is null then return 'lost'; end if;
    perform from claimed where id = wanted and token = given_token for update;
    if not found then
      return case when exists (select from full_job f where f.id = wanted and f.settled_token = given_token)
        then 'repeated' else 'lost' end;
    end if;
  end if;
  j := read_job(wanted);
  j.settled_token := given_token;
  delete from claimed where id = wanted;
  if j.flags & ${flag.crashed} <> 0 or (j.only_crashes and j.attempts > 1) then perform note('jobs'); end if;
  case kind
    when 'succeeded' then
      perform end_held(j, ${end.succeeded}, o ->> 'result', null);
      if o -> 'spawned' is not null then perform store_jobs(o ->> 'spawned', false); end if;
    when 'failed' then
      perform note_failure(j, failure_text, false);
      j.only_crashes := false;
      perform end_held(j, ${end.failed}, null, failure_text);
    when 'cancelled' then
      perform end_held(j, ${end.cancelled}, null, failure_text);
    when 'retry' then
      perform note_failure(j, failure_text, false);
      j.only_crashes := false;
      -- Counted from the end of the attempt, as the failure tells it.
      perform become_due(j, now_ms() + delay_ms);
    when 'snooze' then
      perform hand_back(j, delayed);
    when 'sleep' then
      if not j.stop then perform write_step(wanted, o ->> 'step', null, delayed); end if;
      perform hand_back(j, delayed);
    when 'release' then
      perform hand_back(j, j.due_at);
  end case;
  return 'applied';
end`,
  ),

  // Locks what is about to change, in the order in which all do who lock several: what is ready, what runs, what is aside, gates.
  // `held` runs, `standing` stands anywhere; of `failing` all go that wait for one of them.
  inner(
    "lock_family(held uuid[], standing uuid[], failing uuid[]) returns void",
    `declare
  heirs uuid[];
  children uuid[];
begin
  if standing <> '{}' then
    perform from ${readyRows("standing")} order by r.seq + 0 for update of r;
  end if;
  perform from claimed where id = any(held || standing) order by id for update;
  -- Not before: a child may be stored while one of these is waited for.
  heirs := heirs_of(failing);
  children := array(select distinct child from edge where parent = any(held || standing));
  perform from aside where id = any(standing || children || heirs) and (kind = 'w' or id = any(standing)) order by seq + 0 for update;
  perform lock_gates(held || standing || heirs);
end`,
  ),

  // The same for outcomes, and what they spawn. Unique keys, and names that are new, come before everything else: those who
  // store wait there.
  inner(
    "lock_outcomes(ids uuid[], given json[]) returns text[]",
    `declare
  spawned json[] := array(select s.value from unnest(given) g cross join lateral json_array_elements(g -> 'spawned') s(value)
    where g -> 'spawned' is not null);
  keys text[] := array(select distinct s #>> '{unique,key}' from unnest(spawned) s where s #>> '{unique,key}' is not null);
begin
  perform take_keys(keys);
  perform know_names(array(select distinct s ->> 'queue' from unnest(spawned) s), array(select distinct s ->> 'task' from unnest(spawned) s));
  perform lock_family(ids || array(select (g ->> 'id')::uuid from unnest(given) g),
    array(select p.id::uuid from unnest(spawned) s cross join lateral json_array_elements_text(s -> 'parents') p(id)
      where s -> 'parents' is not null),
    array(select (g ->> 'id')::uuid from unnest(given) g where g ->> 'kind' in ('failed', 'cancelled')
      or g ->> 'kind' <> 'succeeded' and exists (select from claimed c where c.id = (g ->> 'id')::uuid and c.stop)));
  return keys;
end`,
  ),

  // What jobs have only until they end, when they have been held and have succeeded.
  inner(
    "leave_together(ids uuid[]) returns void",
    `declare
  x record;
  g gate;
begin
  -- Who has a row meanwhile may be waiting for its job; a row that stays behind says nothing.
  delete from unique_key where key = any(array(select u.key from job j join unique_key u on u.key = j.rules::json #>> '{unique,key}'
    where j.id = any(ids) and j.flags & ${flag.unique} <> 0 and u.job = j.id for update of u skip locked));
  for x in select t.id, n.number from (
      select k.kind, k.key, count(*) as number from unnest(ids) i(id) join job j on j.id = i.id
        cross join lateral (values (0, j.concurrency_key), (1, j.rate_key)) k(kind, key)
      where k.key is not null group by k.kind, k.key) n
      join gate t on t.kind = n.kind and t.key = n.key
    order by t.kind + 0, t.key
  loop
    select * into g from gate where id = x.id for update;
    continue when not found;
    if g.kind = 0 then g.used := g.used - x.number; end if;
    g.jobs := g.jobs - x.number;
    perform write_gate(g);
  end loop;
end`,
  ),

  // Takes outcomes: plain successes as lists, in the order of their ids, all others as JSON in their own order. Answers
  // only what has not been applied, by its place, the plain ones first; a row without a place names a topic to tell.
  called(
    `settle(ids uuid[], tokens bigint[], results text[], others text, channel text) returns table (place integer, answer text)`,
    `#variable_conflict use_column
declare
  now bigint := now_ms();
  done uuid[];
  keyed_ones uuid[];
  one record;
  given json[] := '{}';
  keys text[] := '{}';
  kept text;
begin
  if others is not null then
    given := array(select value from json_array_elements(others::json));
    keys := lock_outcomes(ids, given);
  end if;
  if cardinality(ids) > 0 then
    with gone as (
      delete from claimed c using unnest(ids, tokens, results) o(id, token, result)
        where c.id = o.id and c.token = o.token and c.flags & ${flag.crashed} = 0
        returning c.id, c.flags, c.token, c.started_at, c.keep_succeeded_ms, c.attempt, c.worker, c.stop, o.result),
    kept as (
      insert into outcome (id, token, started_at, finished_at, forget_at, attempt, worker, status, stop, result)
        select id, token, started_at, now, now + keep_succeeded_ms, attempt, worker, ${end.succeeded}, stop, result from gone)
    select array_agg(id), coalesce(array_agg(id) filter (where flags & ${seenToAtEnd} <> 0), '{}') into done, keyed_ones from gone;
    if others is null and cardinality(done) is distinct from cardinality(ids) then perform lock_family(ids, '{}', '{}'); end if;
    if exists (select from edge) then
      for one in select e.child from edge e join job c on c.id = e.child where e.parent = any(done) order by c.seq + 0 loop
        perform count_success(one.child);
      end loop;
    end if;
    if keyed_ones <> '{}' then perform leave_together(keyed_ones); end if;
    if cardinality(done) is distinct from cardinality(ids) then
      for one in select o.id, o.token, o.result, o.place from unnest(ids, tokens, results) with ordinality o(id, token, result, place)
        where o.id in (select unnest(ids) except select unnest(done)) order by o.place
      loop
        kept := settle_one(json_build_object('id', one.id, 'token', one.token, 'kind', 'succeeded', 'result', one.result));
        if kept <> 'applied' then return query select one.place::integer, kept; end if;
      end loop;
    end if;
  end if;
  for i in 1..cardinality(given) loop
    kept := settle_one(given[i]);
    if kept <> 'applied' then return query select cardinality(ids) + i, kept; end if;
  end loop;
  if keys <> '{}' then perform drop_unused_keys(keys); end if;
  if noted('jobs') then
    if channel is not null then perform tell(channel, 'jobs'); end if;
    return query select null::integer, 'jobs'::text;
  end if;
end`,
  ),
];
