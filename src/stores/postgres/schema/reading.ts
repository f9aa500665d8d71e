import { end, everyLane } from "./flags.ts";
import { called, inner } from "./sql-function.ts";

/** How many jobs are looked at for one page, so that it never takes more than some milliseconds. */
const lookedAtPerPage = 2000;

const statusOf = `case
      when o.status is not null then (array['succeeded', 'failed', 'cancelled', 'expired'])[o.status + 1]
      when h.id is not null then 'running'
      when a.kind = 'w' or (a.kind = 'n' and j.due_at is null) then 'waiting'
      when coalesce(c.due_at, j.due_at) <= now then 'queued'
      when coalesce(c.attempts, 0) > 0 then 'retrying'
      else 'scheduled'
    end`;

const standing = `left join course c on c.id = j.id
    left join claimed h on h.id = j.id
    left join aside a on a.id = j.id
    left join outcome o on o.id = j.id`;

/** Jobs as people see them. */
export const reading: readonly string[] = [
  `create type job_record as (
    place bigint, seq bigint, id uuid, task text, queue text, priority smallint, status text, args text, options text, trace text,
    parents text, attempts integer, created_at bigint, due_at bigint, expires_at bigint, started_at bigint, finished_at bigint,
    worker text, result text, error text, ended_by uuid, failures text, progress text, cancel_requested boolean, parked boolean
  )`,
  inner(
    "records_of(ids uuid[], brief boolean) returns setof job_record",
    `declare
  now bigint := now_ms();
begin
  return query select w.place, j.seq, j.id, j.task, j.queue, j.priority, ${statusOf},
    case when brief then '' else j.args end, j.options, j.trace, j.rules::json ->> 'parents',
    coalesce(o.attempt, h.attempt, c.attempts, 0), j.created_at, coalesce(c.due_at, j.due_at), j.expires_at,
    coalesce(h.started_at, o.started_at, c.started_at), o.finished_at,
    (select name from worker where id = coalesce(h.worker, o.worker, c.worker)),
    o.result, o.error, o.ended_by,
    case when not brief then (select json_agg(json_build_object('attempt', f.attempt, 'startedAt', f.started_at,
        'endedAt', f.ended_at, 'worker', coalesce(n.name, ''), 'error', f.error, 'crashed', f.crashed) order by f.number)::text
      from failure f left join worker n on n.id = f.worker where f.job = j.id) end,
    (select data from progress p where p.id = j.id), coalesce(h.stop, o.stop, false), a.kind is not distinct from 'p'
  from unnest(ids) with ordinality w(id, place)
    join job j on j.id = w.id
    ${standing}
  order by w.place;
end`,
  ),
  // With the place of each in the list of ids, counted from 1.
  called(
    "read_jobs(ids uuid[], brief boolean) returns setof job_record",
    `declare
  own uuid[] := ids;
begin
  if exists (select from alias) then
    own := array(select coalesce(a.job, w.id) from unnest(ids) with ordinality w(id, place) left join alias a on a.id = w.id
      order by w.place);
  end if;
  return query select * from records_of(own, brief);
end`,
  ),

  // A page, those stored last first. A row without an id says where to go on.
  called(
    "list_jobs(wanted_status text, wanted_task text, wanted_queue text, before bigint, most integer) returns setof job_record",
    `declare
  now bigint := now_ms();
  fits bigint[];
  ids uuid[];
  looked_at bigint;
  last bigint;
  rest job_record;
begin
  with looked as materialized (
    select j.seq, j.id, j.task, j.queue, ${statusOf} as status
    from (select * from job where seq < before order by seq desc limit ${lookedAtPerPage}) j ${standing})
  select array_agg(l.seq order by l.seq desc) filter (where l.fit), array_agg(l.id order by l.seq desc) filter (where l.fit),
      count(*), min(l.seq)
    into fits, ids, looked_at, last
    from (select *, (wanted_status is null or status = wanted_status) and (wanted_task is null or task = wanted_task)
      and (wanted_queue is null or queue = wanted_queue) as fit from looked) l;
  if cardinality(fits) >= most then
    last := fits[most];
    ids := ids[1:most];
  elsif looked_at < ${lookedAtPerPage} then
    last := null;
  end if;
  return query select * from records_of(coalesce(ids, '{}'), false);
  if last is not null then
    rest.seq := last;
    return next rest;
  end if;
end`,
  ),

  // How much there is, each number counted up to a cap: by queue where that is kept, and the time.
  called(
    "count_jobs(cap integer) returns table (kind text, name text, number bigint, oldest bigint, paused boolean)",
    `#variable_conflict use_column
declare
  now bigint := now_ms();
  q record;
  due_ahead bigint;
  due_now bigint;
begin
  return query select 'now'::text, null::text, now, null::bigint, false;
  for q in select k.name, k.paused from queue k order by k.name loop
    due_now := (select count(*) from (select from ready r where r.queue = q.name limit cap) x)
      + (select count(*) from (select from aside a where a.kind in ('s', 'r') and a.queue = q.name and a.due_at <= now limit cap) x)
      + (select count(*) from (select from aside a where a.kind = 'p' and a.queue = q.name limit cap) x)
      + (select count(*) from (select from aside a where a.kind = 'b' and a.queue = q.name limit cap) x)
      + (select count(*) from (select from aside a where a.kind = 'n' and a.queue = q.name and a.due_at <= now limit cap) x);
    due_ahead := (select count(*) from (select from aside a
        where a.kind in ('s', 'r') and a.kind <> 'r' and a.queue = q.name and a.due_at > now limit cap) x)
      + (select count(*) from (select from aside a where a.kind = 'n' and a.queue = q.name and a.due_at > now limit cap) x);
    return query select 'queued'::text, q.name, due_now, case when due_now > 0 then least(
        (select min(x.due_at) from generate_series(-100, 100) p(rank) cross join lateral (select r.due_at from ready r
          where r.queue = q.name and r.lane in (${everyLane}) and r.rank = p.rank order by r.due_at limit 1) x),
        (select min(a.due_at) from aside a where a.kind in ('s', 'r') and a.queue = q.name and a.due_at <= now),
        (select min(x.due_at) from (select a.due_at from aside a where a.kind = 'p' and a.queue = q.name limit 20000) x),
        (select min(x.due_at) from (select a.due_at from aside a where a.kind = 'b' and a.queue = q.name limit 20000) x),
        (select min(a.due_at) from aside a where a.kind = 'n' and a.queue = q.name and a.due_at <= now)) end, q.paused;
    return query select 'scheduled'::text, q.name, due_ahead, null::bigint, q.paused;
    return query select 'retrying'::text, q.name, (select count(*) from (select from aside a
        where a.kind = 'r' and a.queue = q.name and a.due_at > now limit cap) x), null::bigint, q.paused;
    return query select 'waiting'::text, q.name, (select count(*) from (select from aside a
        where a.kind = 'w' and a.queue = q.name limit cap) x)
      + (select count(*) from (select from aside a where a.kind = 'n' and a.queue = q.name and a.due_at is null limit cap) x),
      null::bigint, q.paused;
  end loop;
  return query select 'running'::text, j.queue, count(*), null::bigint, false from claimed h join job j on j.id = h.id group by j.queue;
  return query select 'succeeded'::text, null::text, (select count(*) from
    (select from outcome where status = ${end.succeeded} limit cap) x), null::bigint, false;
  return query select 'failed'::text, null::text, (select count(*) from
    (select from outcome where status = ${end.failed} and status <> 0 limit cap) x), null::bigint, false;
  return query select 'cancelled'::text, null::text, (select count(*) from
    (select from outcome where status = ${end.cancelled} and status <> 0 limit cap) x), null::bigint, false;
  return query select 'expired'::text, null::text, (select count(*) from
    (select from outcome where status = ${end.expired} and status <> 0 limit cap) x), null::bigint, false;
end`,
  ),
];
