import { flag, keyed, lane } from "./flags.ts";
import { readyRows } from "./ready-rows.ts";
import { inner } from "./sql-function.ts";

/** The time, what is noted on the way, and all that transitions want to know of one job. */
export const basics: readonly string[] = [
  // The time of the statement, not of its transaction, which may be old: it may be a user's.
  inner(
    "now_ms() returns bigint",
    `begin
  return floor(extract(epoch from clock_timestamp()) * 1000)::bigint;
end`,
  ),

  // What a transaction has brought about for others is remembered until its end.
  inner(
    "note(topic text) returns void",
    `begin
  perform set_config('afterwork.' || topic, 'yes', true);
end`,
  ),
  inner(
    "noted(topic text) returns boolean",
    `begin
  return coalesce(current_setting('afterwork.' || topic, true), '') = 'yes';
end`,
  ),

  // `channel`: its name and, after a blank, who speaks, so that he need not listen to himself.
  inner(
    "tell(channel text, topic text) returns void",
    `begin
  perform pg_notify(split_part(channel, ' ', 1), topic || ' ' || split_part(channel, ' ', 2));
end`,
  ),

  // `attempts`: how many have counted, the one that runs included.
  `create view full_job as
  select j.id, j.seq, j.task, j.queue, j.priority, j.flags | case when c.id is null then 0 else ${flag.course} end as flags,
    j.created_at, coalesce(c.due_at, j.due_at) as due_at, j.expires_at, j.concurrency_key, j.rate_key, j.rules,
    j.keep_succeeded_ms, j.keep_failed_ms, j.crash_delay_ms, j.crash_max_delay_ms, j.crash_attempts,
    coalesce(h.attempt, o.attempt, c.attempts, 0) as attempts, coalesce(c.only_crashes, true) as only_crashes,
    coalesce(h.started_at, o.started_at, c.started_at) as started_at, coalesce(h.worker, o.worker, c.worker) as worker,
    coalesce(o.token, c.token) as settled_token, h.token, h.session, coalesce(h.stop, o.stop, false) as stop,
    a.kind, a.parents as waiting, a.gate, coalesce(a.joined, true) as joined, o.status, o.ended_by
  from job j
    left join course c on c.id = j.id
    left join claimed h on h.id = j.id
    left join aside a on a.id = j.id
    left join outcome o on o.id = j.id`,

  inner(
    "read_job(wanted uuid) returns full_job",
    `declare
  found_job full_job;
begin
  select * into strict found_job from full_job where id = wanted;
  return found_job;
end`,
  ),
  inner(
    "find_job(wanted uuid) returns uuid",
    `begin
  return coalesce((select id from job where id = wanted), (select job from alias where id = wanted));
end`,
  ),

  // Where a job stands, with that row locked, so that it stays there. A job that moves meanwhile is looked for again.
  inner(
    "seize(wanted uuid) returns text",
    `declare
  due bigint;
begin
  for try in 1..100 loop
    perform from claimed where id = wanted for no key update;
    if found then return 'claimed'; end if;
    perform from outcome where id = wanted for update;
    if found then return 'ended'; end if;
    perform from aside where id = wanted for update;
    if found then return 'aside'; end if;
    perform from ${readyRows("array[wanted]")} for update of r;
    if found then return 'ready'; end if;
    perform from job where id = wanted;
    if not found then return null; end if;
  end loop;
  raise serialization_failure using message = 'the job ' || wanted || ' moves too fast';
end`,
  ),

  // The same for a job that nobody holds, unless somebody else has locked it.
  inner(
    "try_seize(wanted uuid) returns boolean",
    `begin
  perform from aside where id = wanted for update skip locked;
  if found then return true; end if;
  perform from ${readyRows("array[wanted]")} for update of r skip locked;
  return found;
end`,
  ),

  // Keeps jobs from moving on until the end of this transaction; others may do the same meanwhile. Answers those that are not
  // there any more.
  inner(
    "hold_still(wanted uuid[]) returns uuid[]",
    `declare
  at_large uuid[] := wanted;
  gone uuid[] := '{}';
  held uuid[];
begin
  for try in 1..100 loop
    held := array(select r.id from ${readyRows("at_large")} order by r.seq + 0 for key share of r);
    held := held || array(select id from claimed where id = any(at_large) order by id for key share);
    held := held || array(select id from outcome where id = any(at_large) order by id for key share);
    at_large := array(select unnest(at_large) except select unnest(held));
    if at_large = '{}' then return gone; end if;
    held := array(select id from aside where id = any(at_large) order by seq + 0 for key share);
    at_large := array(select unnest(at_large) except select unnest(held));
    if at_large = '{}' then return gone; end if;
    gone := gone || array(select w.id from unnest(at_large) w(id) where not exists (select from job j where j.id = w.id));
    at_large := array(select unnest(at_large) except select unnest(gone));
  end loop;
  raise serialization_failure using message = 'the job ' || at_large[1] || ' moves too fast';
end`,
  ),

  // The same without waiting for anybody: `busy` are those that somebody else has.
  inner(
    "try_to_hold(wanted uuid[], out gone uuid[], out busy uuid[]) returns record",
    `declare
  held uuid[];
begin
  held := array(select r.id from ${readyRows("wanted")} for key share of r skip locked);
  held := held || array(select id from claimed where id = any(wanted) for key share skip locked);
  held := held || array(select id from outcome where id = any(wanted) for key share skip locked);
  held := held || array(select id from aside where id = any(wanted) for key share skip locked);
  busy := array(select unnest(wanted) except select unnest(held));
  gone := array(select b.id from unnest(busy) b(id) where not exists (select from job j where j.id = b.id));
  busy := array(select unnest(busy) except select unnest(gone));
end`,
  ),

  // How a job's way so far shows in its flags.
  inner(
    "passing_flags(wanted uuid, attempts integer, only_crashes boolean) returns smallint",
    `begin
  return ${flag.course}
    | case when only_crashes and attempts >= 1 then ${flag.crashed} else 0 end
    | case when only_crashes and attempts >= 2 then ${flag.suspect} else 0 end
    | case when exists (select from step where job = wanted) then ${flag.steps} else 0 end;
end`,
  ),
  inner(
    "lane_of(flags integer) returns smallint",
    `declare
  is_keyed boolean := flags & ${keyed} <> 0;
begin
  return case
    when flags & ${flag.suspect} <> 0 then case when is_keyed then ${lane.suspect + 1} else ${lane.suspect} end
    when flags & ${flag.crashed} <> 0 then case when is_keyed then ${lane.crashedOnce + 1} else ${lane.crashedOnce} end
    when flags & ${flag.rate} <> 0 then ${lane.rated}
    when flags & ${flag.expires} <> 0 then case when is_keyed then ${lane.rated} else ${lane.expiring} end
    when is_keyed then ${lane.permitted}
    else ${lane.plain}
  end;
end`,
  ),
];
