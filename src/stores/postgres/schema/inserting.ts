import { everyLane, flag, keyed } from "./flags.ts";
import { called, inner } from "./sql-function.ts";

/** How jobs are stored that others have a part in: one by one. */
export const inserting: readonly string[] = [
  inner(
    "know_names(queues text[], tasks text[]) returns void",
    `begin
  insert into queue (name) select distinct n.name from unnest(queues) n(name)
    where not exists (select from queue q where q.name = n.name) order by 1 on conflict do nothing;
  insert into task (name) select distinct n.name from unnest(tasks) n(name)
    where not exists (select from task t where t.name = n.name) order by 1 on conflict do nothing;
end`,
  ),

  // Locks the rows of unique keys, in an order that is the same for everybody, before anything else.
  inner(
    "take_keys(keys text[]) returns void",
    `begin
  insert into unique_key (key) select distinct k.key from unnest(keys) k(key) order by 1
    on conflict (key) do update set key = excluded.key;
end`,
  ),
  // Nobody has taken them after all.
  inner(
    "drop_unused_keys(keys text[]) returns void",
    `begin
  delete from unique_key where key = any(keys) and job is null;
end`,
  ),

  // Who has the unique key of a job, if somebody has it: the key's row is ours from here on. A job that ends while somebody
  // else has the row leaves it as it is.
  inner(
    "holder_of(given_key text) returns uuid",
    `declare
  k unique_key;
begin
  select * into k from unique_key where key = given_key;
  if k.job is null or k.free_at <= now_ms() then return null; end if;
  if k.free_at is null and exists (select from outcome where id = k.job) then return null; end if;
  return (select id from job where id = k.job);
end`,
  ),

  // Stores the facts of a job, and takes what is its own from the start, unless somebody else has stored it just now.
  inner(
    "write_facts(g json) returns boolean",
    `declare
  now bigint := now_ms();
  expires bigint := least(now + (g ->> 'expiresInMs')::bigint, (g ->> 'expiresAt')::bigint);
  key_text text := g #>> '{unique,key}';
  rules json := json_strip_nulls(json_build_object('delayMs', g -> 'delayMs', 'runAt', g -> 'runAt', 'unique', g -> 'unique',
    'concurrency', g -> 'concurrency', 'rate', g -> 'rate', 'parents', g -> 'parents'));
  is_child boolean := g -> 'parents' is not null;
begin
  insert into job (id, created_at, due_at, expires_at, keep_succeeded_ms, keep_failed_ms, crash_delay_ms, crash_max_delay_ms,
      crash_attempts, priority, flags, task, queue, args, options, trace, concurrency_key, rate_key, rules)
    values ((g ->> 'id')::uuid, now, case when not is_child then due_from_now(g) end, expires,
      (g #>> '{keep,succeededMs}')::bigint, (g #>> '{keep,failedMs}')::bigint,
      (g #>> '{crash,delayMs}')::bigint, (g #>> '{crash,maxDelayMs}')::bigint, (g #>> '{crash,maxAttempts}')::bigint,
      (g ->> 'priority')::smallint,
      case when g -> 'concurrency' is not null then ${flag.concurrency} else 0 end
      | case when g -> 'rate' is not null then ${flag.rate} else 0 end
      | case when key_text is not null and g #> '{unique,forMs}' is null then ${flag.unique} else 0 end
      | case when expires is not null then ${flag.expires} else 0 end
      | case when is_child then ${flag.child} else 0 end
      | case when g #>> '{crash,onCrash}' = 'fail' then ${flag.failsOnCrash} else 0 end
      | case when (g #>> '{crash,growing}')::boolean then ${flag.growing} else 0 end,
      g ->> 'task', g ->> 'queue', g ->> 'args', g ->> 'options', g ->> 'trace',
      g #>> '{concurrency,key}', g #>> '{rate,key}', rules::text)
    on conflict (id) do nothing;
  if not found then return false; end if;
  if expires is not null then insert into expiry values (expires, (g ->> 'id')::uuid); end if;
  if key_text is not null then
    insert into unique_key values (key_text, (g ->> 'id')::uuid, now + (g #>> '{unique,forMs}')::bigint)
      on conflict (key) do update set job = excluded.job, free_at = excluded.free_at;
  end if;
  return true;
end`,
  ),

  // Has a job been claimed, or ended?
  inner(
    "has_begun(wanted uuid) returns boolean",
    `begin
  return coalesce((select status is not null or started_at is not null from full_job where id = wanted), true);
end`,
  ),

  // Decides about one job: known, alias, replace, reject or store; and writes what is its own. `of_this_call`: those stored by
  // this call, which are not placed yet.
  inner(
    "decide(g json, of_this_call uuid[], out kind text, out of_job uuid) returns record",
    `declare
  wanted uuid := (g ->> 'id')::uuid;
  key_text text := g #>> '{unique,key}';
  rule text := g #>> '{unique,onConflict}';
begin
  kind := 'known';
  of_job := find_job(wanted);
  if of_job is not null then return; end if;
  if key_text is not null then of_job := holder_of(key_text); end if;
  if of_job is not null then
    if rule = 'reject' then
      kind := 'reject';
      return;
    end if;
    kind := case rule when 'existing' then 'alias' else 'replace' end;
    if kind = 'replace' and of_job <> all(of_this_call) then
      -- Whoever settles what has begun is not kept waiting.
      if has_begun(of_job) then
        kind := 'store';
      else
        perform seize(of_job);
        if has_begun(of_job) then kind := 'store'; end if;
      end if;
    end if;
    if kind <> 'store' then
      insert into alias values (wanted, of_job) on conflict (id) do nothing;
      return;
    end if;
  end if;
  of_job := wanted;
  kind := case when write_facts(g) then 'store' else 'known' end;
end`,
  ),

  // A job that has never been claimed becomes what the new one asks for.
  inner(
    "replace_job(wanted uuid, g json, in_transaction boolean) returns void",
    `declare
  j full_job := read_job(wanted);
  due bigint := least(due_from_now(g), j.created_at + (g #>> '{unique,maxWaitMs}')::bigint);
begin
  if j.status is not null then return; end if;
  if j.kind in ('w', 'n') then
    update aside set rank = -(g ->> 'priority')::smallint, due_at = case when due_at is null then null else due end where id = wanted;
  elsif j.flags & ${keyed} <> 0 and j.joined and (in_transaction or not try_gates(array[wanted])) then
    -- Its gates are left to the next claim: they are locked after everything else, and not as long as a user likes.
    delete from ready where queue = j.queue and lane in (${everyLane}) and rank = -j.priority and due_at = j.due_at and seq = j.seq;
    delete from aside where id = wanted;
    insert into aside values (wanted, due, j.seq, j.gate, case when j.kind is null then 1 end, -(g ->> 'priority')::smallint,
      j.flags, 'n', true, j.queue, j.task);
  else
    perform withdraw(j, false);
  end if;
  update job set args = g ->> 'args', options = g ->> 'options', priority = (g ->> 'priority')::smallint,
      rules = json_strip_nulls(json_build_object('delayMs', g -> 'delayMs', 'runAt', g -> 'runAt',
        'unique', rules::json -> 'unique', 'concurrency', rules::json -> 'concurrency', 'rate', rules::json -> 'rate',
        'parents', rules::json -> 'parents'))::text,
      due_at = case when due_at is null then null else due end
    where id = wanted;
  if j.kind is not distinct from 'w' then return; end if;
  update course set due_at = due where id = wanted;
  if exists (select from aside where id = wanted) then return; end if;
  j.priority := (g ->> 'priority')::smallint;
  perform place(j, due, j.joined);
end`,
  ),

  // Stores jobs of any kind, all or none. All are there before the first is placed, for any of them may be a parent of any
  // other. In a transaction of a user's own they are only put aside: the next claim after his commit looks at them, so that
  // nothing that others need is locked for as long as he likes.
  inner(
    "store_jobs(jobs text, in_transaction boolean) returns table (number integer, of_id uuid, is_other boolean)",
    `#variable_conflict use_column
declare
  given json[];
  decisions text[] := '{}';
  of_ids uuid[] := '{}';
  own uuid[] := '{}';
  orphan uuid;
  d record;
begin
  given := array(select value from json_array_elements(jobs::json));
  -- Keys first: whoever waits for one must not hold a name that is new, for others would wait for that.
  perform take_keys(array(select distinct g #>> '{unique,key}' from unnest(given) g where g #>> '{unique,key}' is not null));
  if not in_transaction then
    perform know_names(array(select distinct g ->> 'queue' from unnest(given) g), array(select distinct g ->> 'task' from unnest(given) g));
  end if;
  for i in 1..cardinality(given) loop
    d := decide(given[i], own);
    decisions := decisions || d.kind;
    of_ids := of_ids || d.of_job;
    if d.kind = 'store' then own := own || d.of_job; end if;
  end loop;
  for i in 1..cardinality(given) loop
    continue when decisions[i] <> 'store' or given[i] -> 'parents' is null;
    insert into edge select distinct on (find_job(p.id::uuid)) find_job(p.id::uuid), of_ids[i], p.number
      from json_array_elements_text(given[i] -> 'parents') with ordinality p(id, number)
      where find_job(p.id::uuid) is not null and find_job(p.id::uuid) <> of_ids[i]
      order by find_job(p.id::uuid), p.number;
    select p.id::uuid into orphan from json_array_elements_text(given[i] -> 'parents') p(id) where find_job(p.id::uuid) is null limit 1;
    if orphan is not null then
      raise exception using errcode = 'AW001', message = 'the job ' || of_ids[i] || ' names the parent ' || orphan || ', which is not stored';
    end if;
  end loop;
  if in_transaction then
    insert into aside select j.id, j.due_at, j.seq, null, null, -j.priority, j.flags, 'n', false, j.queue, j.task
      from job j where j.id = any(own);
  else
    perform hold_parents(own, own);
    for i in 1..cardinality(given) loop
      if decisions[i] = 'store' and given[i] -> 'parents' is not null then perform await_parents(of_ids[i]); end if;
    end loop;
  end if;
  for i in 1..cardinality(given) loop
    if decisions[i] = 'replace' then
      perform replace_job(of_ids[i], given[i], in_transaction);
    elsif decisions[i] = 'store' and not in_transaction then
      perform settle_in(of_ids[i]);
    end if;
  end loop;
  return query select x.n::integer, x.of, (given[x.n] ->> 'id')::uuid <> x.of from unnest(of_ids) with ordinality x(of, n);
end`,
  ),

  called(
    `insert_jobs(jobs text, channel text) returns table (number integer, of_id uuid, is_other boolean)`,
    `begin
  if channel is not null then perform tell(channel, 'jobs'); end if;
  return query select * from store_jobs(jobs, false);
end`,
  ),

  // In a transaction of the user's: no lock is waited for longer than he says, and the answer is one text.
  called(
    "insert_within(jobs text, channel text) returns text",
    `begin
  if channel is not null then perform tell(channel, 'jobs'); end if;
  return (select coalesce(json_agg(json_build_array(of_id, is_other) order by number), '[]') from store_jobs(jobs, true));
end`,
  ),
];
