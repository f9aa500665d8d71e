import { flag } from "./flags.ts";
import { inner } from "./sql-function.ts";

/**
 * Gates let jobs of one key through. Only claims move jobs through them, and they never wait for a gate that somebody else
 * has locked; all others lock the gates they need in the order of (kind, key), at the end of what they do.
 */
export const gates: readonly string[] = [
  // When it lets the next waiter through: 0 at once, null when time alone changes nothing.
  inner(
    "opening_of(g gate) returns bigint",
    `declare
  leaving bigint := g.starts + g.used - g.most;
  row record;
begin
  if g.waiting = 0 then return null; end if;
  if leaving < 0 then return 0; end if;
  if g.kind = 0 then return null; end if;
  for row in select at, number from start where gate = g.id order by at loop
    if leaving < row.number then return row.at + g.per_ms; end if;
    leaving := leaving - row.number;
  end loop;
  return null;
end`,
  ),
  inner(
    "write_gate(g gate) returns void",
    `declare
  opens bigint := opening_of(g);
begin
  if g.jobs = 0 and g.starts = 0 then
    delete from gate where id = g.id;
    return;
  end if;
  update gate set most = g.most, per_ms = g.per_ms, used = g.used, starts = g.starts, waiting = g.waiting, jobs = g.jobs,
    opens_at = opens, ruled_by = g.ruled_by where id = g.id;
  if opens = 0 then perform note('jobs'); end if;
end`,
  ),

  // A job has left: permits it had, its place in the line, and whether it will come again.
  inner(
    "leave_gate(gate_kind integer, gate_key text, permits integer, waiters integer, bearers integer) returns void",
    `declare
  g gate;
begin
  if permits = 0 and waiters = 0 and bearers = 0 then return; end if;
  select * into g from gate where kind = gate_kind and key = gate_key for update;
  if not found then return; end if;
  g.used := g.used - permits;
  g.waiting := g.waiting - waiters;
  g.jobs := g.jobs - bearers;
  perform write_gate(g);
end`,
  ),

  // Starts that have left the window count no more.
  inner(
    "forget_starts(g gate, now bigint) returns gate",
    `declare
  gone bigint;
begin
  if g.kind = 0 or g.starts = 0 then return g; end if;
  with old as (delete from start where gate = g.id and at <= now - g.per_ms returning number)
    select coalesce(sum(number), 0) into gone from old;
  g.starts := g.starts - gone;
  return g;
end`,
  ),
  inner(
    "note_start(g gate, now bigint) returns void",
    `begin
  insert into start values (g.id, now, 1) on conflict (gate, at) do update set number = start.number + 1;
  g.used := g.used - 1;
  g.starts := g.starts + 1;
  perform write_gate(g);
end`,
  ),

  // The limits of a job count from now on, unless those of one that was stored after it do.
  inner(
    "ruled(g gate, by_seq bigint, rules json) returns gate",
    `begin
  if by_seq < g.ruled_by then return g; end if;
  g.ruled_by := by_seq;
  g.most := (rules #>> array[case g.kind when 0 then 'concurrency' else 'rate' end, 'limit'])::bigint;
  g.per_ms := coalesce((rules #>> '{rate,perMs}')::bigint, 0);
  return g;
end`,
  ),

  // The gates of jobs that none knows of yet: the limit of the job stored last counts. Those locked by others come later.
  inner(
    "join_gates(at_most integer) returns void",
    `declare
  fresh uuid[];
  wanted bigint[];
  locked bigint[];
  x record;
  g gate;
begin
  fresh := array(select id from aside where not joined and kind <> 'n' order by seq limit at_most for update skip locked);
  if fresh = '{}' then return; end if;
  -- Whose gates are made by others just now is theirs as well.
  insert into gate (kind, key, most, per_ms)
    select distinct k.kind, k.key, 1, 0 from unnest(fresh) f(id) join job j on j.id = f.id
      cross join lateral (values (0, j.concurrency_key), (1, j.rate_key)) k(kind, key)
    where k.key is not null and not exists (select from gate t where t.kind = k.kind and t.key = k.key)
    order by k.kind, k.key
    on conflict do nothing;
  wanted := gates_of(fresh);
  locked := array(select id from gate where id = any(wanted) for update skip locked);
  -- A job joins both of its gates, or none.
  fresh := array(select f.id from unnest(fresh) f(id) join job j on j.id = f.id
    where (j.concurrency_key is null or exists (select from gate where kind = 0 and key = j.concurrency_key and id = any(locked)))
      and (j.rate_key is null or exists (select from gate where kind = 1 and key = j.rate_key and id = any(locked))));
  for x in select k.kind, k.key, count(*) as number, max(j.seq) as seq, (array_agg(j.rules order by j.seq desc))[1]::json as rules
    from unnest(fresh) f(id) join job j on j.id = f.id
      cross join lateral (values (0, j.concurrency_key), (1, j.rate_key)) k(kind, key)
    where k.key is not null group by k.kind, k.key
  loop
    select * into g from gate where kind = x.kind and key = x.key;
    g := forget_starts(g, now_ms());
    g := ruled(g, x.seq, x.rules);
    g.jobs := g.jobs + x.number;
    perform write_gate(g);
  end loop;
  update aside set joined = true where id = any(fresh);
end`,
  ),

  // The gates that some jobs have to pass.
  inner(
    "gates_of(ids uuid[]) returns bigint[]",
    `begin
  return array(select distinct t.id from job j cross join lateral (values (0, j.concurrency_key), (1, j.rate_key)) k(kind, key)
    join gate t on t.kind = k.kind and t.key = k.key where j.id = any(ids));
end`,
  ),
  // Locks them, in an order that is the same for everybody.
  inner(
    "lock_gates(ids uuid[]) returns void",
    `declare
  wanted bigint[] := gates_of(ids);
begin
  perform from gate where id = any(wanted) order by kind + 0, key for update;
end`,
  ),
  // Locks them, unless somebody else has one of them.
  inner(
    "try_gates(ids uuid[]) returns boolean",
    `declare
  wanted bigint[] := gates_of(ids);
begin
  return cardinality(wanted) = (select count(*) from (select from gate where id = any(wanted) for update skip locked) g);
end`,
  ),

  // A job ends that its gates never knew of: its limits count all the same, where others bear its keys.
  inner(
    "adopt_limits(wanted uuid) returns void",
    `declare
  g gate;
  mine job := (select j from job j where j.id = wanted);
begin
  for g in select t.* from job j cross join lateral (values (0, j.concurrency_key), (1, j.rate_key)) k(kind, key)
      join gate t on t.kind = k.kind and t.key = k.key
    where j.id = wanted for update of t skip locked
  loop
    g := ruled(forget_starts(g, now_ms()), mine.seq, mine.rules::json);
    perform write_gate(g);
  end loop;
end`,
  ),

  // Due jobs go and stand in the lines of their gates, unless somebody else has a gate: then it is tried again.
  inner(
    "block(due_ids uuid[], now bigint) returns void",
    `declare
  x record;
  g gate;
  moved bigint;
begin
  for x in select t.id, array_agg(a.id) as ids
    from aside a join job j on j.id = a.id
      join gate t on t.kind = case when a.flags & ${flag.concurrency} <> 0 then 0 else 1 end
        and t.key = case when a.flags & ${flag.concurrency} <> 0 then j.concurrency_key else j.rate_key end
    where a.id = any(due_ids) and a.kind in ('s', 'r') and a.joined and a.flags & ${flag.concurrency | flag.rate} <> 0
    group by t.id
  loop
    select * into g from gate where id = x.id for update skip locked;
    continue when not found;
    with free as materialized (
        select id from aside where id = any(x.ids) and kind in ('s', 'r') and due_at <= now for update skip locked),
      blocked as (
        update aside set kind = 'b', gate = g.id where id = any(array(select id from free)) returning id)
      select count(*) into moved from blocked;
    g.waiting := g.waiting + moved;
    perform write_gate(g);
  end loop;
end`,
  ),

  // Lets waiters of gates that have room through to their queues. Not of all: after a rest, any number may have opened.
  inner(
    "fill_gates(now bigint, at_most integer) returns void",
    `declare
  opened record;
begin
  for opened in select id from (select id, kind, key from gate where opens_at <= now order by opens_at limit at_most) o
    order by kind + 0, key
  loop
    perform fill_gate(opened.id, now);
  end loop;
end`,
  ),
  inner(
    "fill_gate(wanted bigint, now bigint) returns void",
    `declare
  g gate;
  other gate;
  a aside;
  first_ones aside[];
  room bigint;
  other_kind integer;
begin
  select * into g from gate where id = wanted for update skip locked;
  if not found then return; end if;
  -- Times are taken under the lock, so that starts are noted in their order.
  now := now_ms();
  g := forget_starts(g, now);
  room := least(g.most - g.starts - g.used, g.waiting, 1000);
  if room > 0 then
    first_ones := array(select aside from aside where kind = 'b' and gate = g.id order by rank, due_at, seq limit room
      for update skip locked);
    -- Those with one gate only go through together.
    if not exists (select from unnest(first_ones)
        where flags & ${flag.concurrency | flag.rate} = ${flag.concurrency | flag.rate}) then
      delete from aside where id = any(array(select id from unnest(first_ones)));
      insert into ready select due_at, seq, id, lane_of(flags), rank, flags, queue, task from unnest(first_ones);
      g.waiting := g.waiting - cardinality(first_ones);
      g.used := g.used + cardinality(first_ones);
      perform write_gate(g);
      return;
    end if;
  end if;
  other_kind := 1 - g.kind;
  while g.waiting > 0 and g.starts + g.used < g.most loop
    select * into a from aside where kind = 'b' and gate = g.id order by rank, due_at, seq limit 1 for update skip locked;
    exit when not found;
    if a.flags & ${flag.concurrency | flag.rate} = ${flag.concurrency | flag.rate} then
      select t.* into other from job j join gate t on t.kind = other_kind
          and t.key = case other_kind when 0 then j.concurrency_key else j.rate_key end
        where j.id = a.id for update of t skip locked;
      exit when not found;
      other := forget_starts(other, now);
      if other.starts + other.used >= other.most then
        update aside set gate = other.id where id = a.id;
        other.waiting := other.waiting + 1;
        g.waiting := g.waiting - 1;
        perform write_gate(other);
        continue;
      end if;
      other.used := other.used + 1;
      perform write_gate(other);
    end if;
    delete from aside where id = a.id;
    insert into ready values (a.due_at, a.seq, a.id, lane_of(a.flags), a.rank, a.flags, a.queue, a.task);
    g.waiting := g.waiting - 1;
    g.used := g.used + 1;
  end loop;
  perform write_gate(g);
end`,
  ),
];
