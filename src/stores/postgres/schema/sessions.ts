import { called, inner } from "./sql-function.ts";
import { end, flag } from "./flags.ts";

/** The sessions of workers, and what becomes of their jobs when they have run out. */
export const sessions: readonly string[] = [
  // What claims share, and who ends a session has alone: a lock that writes nothing, for a claim may find nothing.
  inner(
    "session_lock(given_key text) returns bigint",
    `begin
  return hashtextextended(current_schema || ' ' || given_key, 0);
end`,
  ),

  called(
    "register_worker(given_key text, given_name text, given_lease_ms bigint) returns void",
    `begin
  insert into worker (name) values (given_name) on conflict (name) do nothing;
  insert into session (key, worker, lease_ms, expires_at)
    select given_key, w.id, given_lease_ms, now_ms() + given_lease_ms from worker w where w.name = given_name
    on conflict (key) do update set lease_ms = excluded.lease_ms, expires_at = excluded.expires_at;
end`,
  ),

  // Renews a session, or ends it, and takes back what its worker does not know of.
  called(
    `extend(given_key text, tokens bigint[], leaving boolean, channel text)
  returns table (alive boolean, stops text, at bigint, jobs boolean)`,
    `#variable_conflict use_column
declare
  s session;
  lost_id uuid;
  lost uuid[];
begin
  -- A renewal that the server forgets when it crashes leaves most of the lease.
  perform set_config('synchronous_commit', 'off', true);
  if leaving then perform pg_advisory_xact_lock(session_lock(given_key)); end if;
  update session set expires_at = now_ms() + lease_ms where key = given_key and not ended returning * into s;
  if not found then
    return query select false, '', now_ms(), false;
    return;
  end if;
  lost := array(select id from claimed where session = s.id and (leaving or token <> all(tokens)) order by id for update);
  perform lock_family(lost, '{}', array(select id from claimed where id = any(lost) and stop));
  for lost_id in select j.id from job j left join course c on c.id = j.id where j.id = any(lost)
      order by j.priority desc, coalesce(c.due_at, j.due_at), j.seq loop
    perform take_back(lost_id);
  end loop;
  if leaving then delete from session where id = s.id; end if;
  if noted('jobs') and channel is not null then perform tell(channel, 'jobs'); end if;
  return query select not leaving,
    array_to_string(array(select id from claimed where session = s.id and stop), ','), now_ms(), noted('jobs');
end`,
  ),
  inner(
    "take_back(wanted uuid) returns void",
    `declare
  j full_job := read_job(wanted);
begin
  delete from claimed where id = wanted;
  perform hand_back(j, j.due_at);
end`,
  ),

  // The attempt of a job is over because its worker has vanished. What follows is the rule of `afterCrash`.
  inner(
    "crash(wanted uuid, out fate text, out crashed full_job) returns record",
    `declare
  worker_name text;
  kept_error text;
  most bigint;
  wait_ms bigint;
begin
  crashed := read_job(wanted);
  select name into worker_name from worker where id = crashed.worker;
  kept_error := json_build_object('name', 'WorkerLostError', 'message',
    'the worker ' || coalesce(worker_name, '') || ' vanished while it ran the job')::text;
  delete from claimed where id = wanted;
  perform note_failure(crashed, kept_error, true);
  most := case when crashed.only_crashes then greatest(crashed.crash_attempts, 3) else crashed.crash_attempts end;
  if crashed.stop then
    fate := 'cancelled';
    perform end_held(crashed, ${end.cancelled}, null, null);
  elsif crashed.flags & ${flag.failsOnCrash} <> 0 or crashed.attempts >= most then
    fate := 'failed';
    perform end_held(crashed, ${end.failed}, null, kept_error);
  else
    fate := 'queued';
    wait_ms := least(crashed.crash_max_delay_ms, case when crashed.flags & ${flag.growing} <> 0
      then crashed.crash_delay_ms * 2.0 ^ least(crashed.attempts - 1, 60) else crashed.crash_delay_ms end)::bigint;
    perform become_due(crashed, now_ms() + wait_ms);
  end if;
end`,
  ),

  // Ends sessions that have run out, takes their jobs back, and expires what is to be.
  called(
    `reclaim(most integer, channel text)
  returns table (job_id uuid, task text, attempt integer, status text, expired integer, more boolean, jobs boolean)`,
    `#variable_conflict use_column
declare
  now bigint := now_ms();
  held uuid[];
  held_id uuid;
  lost record;
  over bigint[];
  late uuid[];
  late_id uuid;
  late_count integer := 0;
begin
  over := array(select id from session where ended or expires_at <= now order by expires_at + 0, key for update skip locked);
  over := array(select o.id from unnest(over) with ordinality o(id, place) join session s on s.id = o.id
    where pg_try_advisory_xact_lock(session_lock(s.key)) order by o.place);
  update session set ended = true where id = any(over) and not ended;
  held := array(select id from claimed where session = any(over) order by id for update);
  held := array(select h.id from claimed h join job j on j.id = h.id left join course c on c.id = h.id
    where h.id = any(held) order by array_position(over, h.session), h.number, j.priority desc, coalesce(c.due_at, j.due_at), j.seq + 0
    limit most);
  late := array(select e.id from expiry e where e.expires_at <= now order by e.expires_at, e.id limit most - cardinality(held));
  late := array(select l.id from unnest(late) l(id) where try_seize(l.id));
  perform lock_family(held, late, held || late);
  foreach held_id in array held loop
    lost := crash(held_id);
    return query select held_id, (lost.crashed).task, (lost.crashed).attempts, lost.fate, 0, false, false;
  end loop;
  delete from session where id = any(over) and not exists (select from claimed where claimed.session = session.id);
  foreach late_id in array late loop
    if expire_one(late_id, now) then late_count := late_count + 1; end if;
  end loop;
  if noted('jobs') and channel is not null then perform tell(channel, 'jobs'); end if;
  return query select null::uuid, null::text, null::integer, null::text, late_count,
    exists (select from session where ended or expires_at <= now) or exists (select from expiry where expires_at <= now),
    noted('jobs');
end`,
  ),
  inner(
    "expire_one(wanted uuid, now bigint) returns boolean",
    `declare
  stands text := seize(wanted);
begin
  if not exists (select from job j join expiry e on e.id = j.id and e.expires_at = j.expires_at
      where j.id = wanted and e.expires_at <= now) then return false; end if;
  if stands is null or stands not in ('aside', 'ready') then return false; end if;
  perform end_waiting(read_job(wanted), ${end.expired});
  return true;
end`,
  ),
];
