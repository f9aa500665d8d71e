import { flag, keyed, lane } from "./flags.ts";
import { called } from "./sql-function.ts";

/** Stores plain jobs, and puts them where their due times say. `of`: how a job's own value is found in a list of shapes. */
function storePlain({ of, rest }: { readonly of: (list: string) => string; readonly rest: string }): string {
  return `with facts as (
          insert into job (id, created_at, due_at, keep_succeeded_ms, keep_failed_ms, crash_delay_ms, crash_max_delay_ms,
              crash_attempts, priority, flags, task, queue, args, options, trace)
            select n.id, now, greatest(now + coalesce(n.delay, 0), coalesce(n.run_at, 0)), ${of("keeps_succeeded")},
              ${of("keeps_failed")}, ${of("crash_delays")}, ${of("crash_max_delays")}, ${of("crash_attempts")},
              ${of("priorities")}, ${of("shape_flags")}, ${of("tasks")}, ${of("queues")}, n.args, ${of("shape_options")}, n.trace
            from unnest(ids, given_args, shapes, traces, delays, runs) n(id, args, shape, trace, delay, run_at)
            ${rest}
            returning id, seq, due_at, priority, flags, queue, task),
        due as (insert into ready
          select due_at, seq, id, ${lane.plain}, -priority, flags, queue, task from facts where due_at <= now)
      insert into aside
        select id, due_at, seq, null, null, -priority, flags, 's', true, queue, task from facts where due_at > now`;
}

/** How jobs are stored that nothing but time, gates and an expiry holds back: all of a call at once. */
export const plainInserting: readonly string[] = [
  // Jobs that nothing holds back but their due time. What many have in common comes once: `shapes` says which of these each
  // job has, counted from 1. Answers those ids only that stand for other jobs.
  called(
    `insert_plain(ids uuid[], given_args text[], shapes integer[], traces text[], delays bigint[], runs bigint[],
  tasks text[], queues text[], priorities smallint[], shape_flags smallint[], shape_options text[],
  keeps_succeeded bigint[], keeps_failed bigint[], crash_attempts bigint[], crash_delays bigint[], crash_max_delays bigint[],
  channel text) returns table (alias_id uuid, job_id uuid)`,
    `#variable_conflict use_column
declare
  now bigint := now_ms();
  stored boolean := false;
  look record;
begin
  select exists (select from unnest(queues) n(name) where not exists (select from queue q where q.name = n.name))
      or exists (select from unnest(tasks) n(name) where not exists (select from task t where t.name = n.name)) as has_names,
      exists (select from alias) as has_aliases
    into look;
  if look.has_names then perform know_names(queues, tasks); end if;
  if look.has_aliases then
    return query select a.id, a.job from alias a where a.id = any(ids);
  else
    -- Nearly always all are new, and alike: then half of the work is enough.
    begin
      if cardinality(tasks) = 1 then
        ${storePlain({ of: (name) => `${name}[1]`, rest: "" })};
      else
        ${storePlain({ of: (name) => `${name}[n.shape]`, rest: "" })};
      end if;
      stored := true;
    exception when unique_violation then
      stored := false;
    end;
  end if;
  if not stored then
    ${storePlain({ of: (name) => `${name}[n.shape]`, rest: "where not exists (select from alias a where a.id = n.id) on conflict (id) do nothing" })};
  end if;
  if channel is not null then perform tell(channel, 'jobs'); end if;
end`,
  ),

  // The same for jobs with gates or an expiry, but without unique keys and parents. The next claim shows them to their gates.
  called(
    `insert_keyed(ids uuid[], given_args text[], shapes integer[], traces text[], delays bigint[], runs bigint[],
  tasks text[], queues text[], priorities smallint[], shape_flags smallint[], shape_options text[],
  keeps_succeeded bigint[], keeps_failed bigint[], crash_attempts bigint[], crash_delays bigint[], crash_max_delays bigint[],
  concurrency_keys text[], rate_keys text[], given_rules text[], expiries_in bigint[], expiries_at bigint[],
  channel text) returns table (alias_id uuid, job_id uuid)`,
    `#variable_conflict use_column
declare
  now bigint := now_ms();
begin
  perform know_names(queues, tasks);
  return query select a.id, a.job from alias a where a.id = any(ids);
  with given as (
      select n.*, least(now + n.expires_in, n.expires_at) as expires
      from unnest(ids, given_args, shapes, traces, delays, runs, concurrency_keys, rate_keys, given_rules, expiries_in, expiries_at)
        n(id, args, shape, trace, delay, run_at, concurrency_key, rate_key, rules, expires_in, expires_at)
      where not exists (select from alias a where a.id = n.id)),
    facts as (
      insert into job (id, created_at, due_at, expires_at, keep_succeeded_ms, keep_failed_ms, crash_delay_ms, crash_max_delay_ms,
          crash_attempts, priority, flags, task, queue, args, options, trace, concurrency_key, rate_key, rules)
        select n.id, now, greatest(now + coalesce(n.delay, 0), coalesce(n.run_at, 0)), n.expires, keeps_succeeded[n.shape],
          keeps_failed[n.shape], crash_delays[n.shape], crash_max_delays[n.shape], crash_attempts[n.shape], priorities[n.shape],
          shape_flags[n.shape] | case when n.concurrency_key is not null then ${flag.concurrency} else 0 end
            | case when n.rate_key is not null then ${flag.rate} else 0 end
            | case when n.expires is not null then ${flag.expires} else 0 end,
          tasks[n.shape], queues[n.shape], n.args, shape_options[n.shape], n.trace, n.concurrency_key, n.rate_key, n.rules
        from given n
        on conflict (id) do nothing
        returning id, seq, due_at, expires_at, priority, flags, queue, task),
    expiring as (insert into expiry select expires_at, id from facts where expires_at is not null),
    due as (insert into ready
      select due_at, seq, id, lane_of(flags), -priority, flags, queue, task from facts
      where due_at <= now and flags & ${keyed} = 0)
  insert into aside
    select id, due_at, seq, null, null, -priority, flags, 's', flags & ${keyed} = 0, queue, task from facts
    where due_at > now or flags & ${keyed} <> 0;
  if channel is not null then perform tell(channel, 'jobs'); end if;
end`,
  ),
];
