import { everyLane, flag, keyed, passing } from "./flags.ts";
import { inner } from "./sql-function.ts";

/** Where jobs that nobody holds are put, and how they are taken from there. */
export const placing: readonly string[] = [
  // Puts a job that nothing else holds back where its due time says. What has gates stands before them even when it is due:
  // the next claim lets it through. `is_joined`: its gates know of it.
  inner(
    "place(j full_job, due bigint, is_joined boolean) returns void",
    `declare
  now bigint := now_ms();
  own smallint := j.flags & ~${passing}
    | case when j.flags & ${flag.course} <> 0 then passing_flags(j.id, j.attempts, j.only_crashes) else 0 end;
begin
  if due <= now and j.flags & ${keyed} = 0 then
    insert into ready values (due, j.seq, j.id, lane_of(own), -j.priority, own, j.queue, j.task);
  else
    insert into aside values (j.id, due, j.seq, null, null, -j.priority, own,
      case when j.attempts > 0 then 'r' else 's' end, is_joined or j.flags & ${keyed} = 0, j.queue, j.task);
  end if;
  perform note('jobs');
end`,
  ),

  // Notes how a job has gone so far, under the token it was settled with last.
  inner(
    "write_course(j full_job, due bigint) returns void",
    `begin
  insert into course values (j.id, due, j.started_at, j.settled_token, j.attempts, j.worker, j.only_crashes)
    on conflict (id) do update set due_at = excluded.due_at, started_at = excluded.started_at, token = excluded.token,
      attempts = excluded.attempts, worker = excluded.worker, only_crashes = excluded.only_crashes;
end`,
  ),

  // When a job is due whose waiting begins now.
  inner(
    "due_from_now(rules json) returns bigint",
    `begin
  return greatest(now_ms() + coalesce((rules ->> 'delayMs')::bigint, 0), coalesce((rules ->> 'runAt')::bigint, 0));
end`,
  ),

  // Takes a job that nobody holds, and that has not ended, out of wherever it stands. `ends`: it will not come again.
  inner(
    "withdraw(j full_job, ends boolean) returns void",
    `declare
  bearers integer := (ends and j.joined)::integer;
  permits integer := (j.kind is null or (j.kind = 'n' and coalesce(j.waiting, 0) = 1))::integer;
  line gate;
begin
  if j.kind is not null then
    delete from aside where id = j.id;
    if j.gate is not null then select * into line from gate where id = j.gate; end if;
  else
    delete from ready where queue = j.queue and lane in (${everyLane}) and rank = -j.priority and due_at = j.due_at and seq = j.seq;
  end if;
  if j.concurrency_key is not null then
    perform leave_gate(0, j.concurrency_key, permits, coalesce(line.kind = 0, false)::integer, bearers);
  end if;
  if j.rate_key is not null then
    perform leave_gate(1, j.rate_key, permits, coalesce(line.kind = 1, false)::integer, bearers);
  end if;
end`,
  ),

  // What was held is held no more: its permit is free; the start of a rate has been spent.
  inner(
    "free_permit(j full_job, ends boolean) returns void",
    `begin
  if j.concurrency_key is not null then
    perform leave_gate(0, j.concurrency_key, 1, 0, ends::integer);
  end if;
  if j.rate_key is not null and ends then
    perform leave_gate(1, j.rate_key, 0, 0, 1);
  end if;
end`,
  ),

  // What is due becomes due: at most so many, those first that have been due longest.
  inner(
    "make_due(now bigint, most integer) returns void",
    `declare
  due_ids uuid[];
begin
  due_ids := array(select x.id from queue q cross join lateral (
      select id, due_at, seq from aside where kind in ('s', 'r') and queue = q.name and due_at <= now
      order by due_at, seq limit most) x
    order by x.due_at, x.seq limit most);
  if due_ids = '{}' then return; end if;
  with locked as materialized (select id from aside where id = any(due_ids) and due_at <= now and flags & ${keyed} = 0
      for update skip locked),
    gone as (delete from aside where id = any(array(select id from locked)) and kind in ('s', 'r') returning *)
  insert into ready select due_at, seq, id, lane_of(flags), rank, flags, queue, task from gone;
  perform block(due_ids, now);
end`,
  ),

  // Takes a ready job aside until somebody claims who knows its task. It holds nothing meanwhile.
  inner(
    "park(r ready) returns void",
    `begin
  insert into aside values (r.id, r.due_at, r.seq, null, null, r.rank, r.flags, 'p', true, r.queue, r.task);
end`,
  ),

  // Puts what was parked and can be run now back in its place.
  inner(
    "unpark(served text[], known text[], most integer) returns void",
    `declare
  gone aside[];
begin
  if not exists (select from aside where kind = 'p') then return; end if;
  with back as materialized (select p.id from unnest(served) q(name) cross join unnest(known) t(name)
      cross join lateral (select id from aside where kind = 'p' and queue = q.name and task = t.name
        order by rank, due_at, seq limit most for update skip locked) p),
    taken as (delete from aside where id = any(array(select id from back)) returning aside)
  select array_agg(aside) into gone from taken;
  insert into ready select due_at, seq, id, lane_of(flags), rank, flags, queue, task
    from unnest(gone) where flags & ${keyed} = 0;
  insert into aside select id, due_at, seq, null, null, rank, flags, 's', true, queue, task
    from unnest(gone) where flags & ${keyed} <> 0;
end`,
  ),
];
