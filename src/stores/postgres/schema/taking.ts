import { end, flag, keyed, lane } from "./flags.ts";
import { inner } from "./sql-function.ts";

/** Before this place in a queue there is nothing. */
const noFloor = "array[-32768, -9223372036854775808, -9223372036854775808]";

/** A place in a queue that lies behind the floor. */
export const afterFloor = "(rank, due_at, seq) > (floor[1]::smallint, floor[2], floor[3])";

/** Which jobs a session may have, and how they are taken out of their queue one by one. */
export const taking: readonly string[] = [
  // How often the job was lost to crashes, and to nothing else, that was lost most often of those a session holds: 0, 1, or 2
  // for more often.
  inner(
    "crashes_held(held bigint, taken ready[]) returns integer",
    `declare
  bits integer := (select coalesce(bit_or(flags), 0) from (
    select flags from claimed where session = held and flags & ${flag.crashed} <> 0
    union all select flags from unnest(taken)) x);
begin
  return case when bits & ${flag.suspect} <> 0 then 2 when bits & ${flag.crashed} <> 0 then 1 else 0 end;
end`,
  ),

  // Does a job fit beside those? The rule is that of `fitsBeside`.
  inner(
    "may_hold(r ready, held bigint, taken ready[]) returns boolean",
    `begin
  return case
    when r.flags & ${flag.crashed} = 0 then true
    when r.flags & ${flag.suspect} = 0 then crashes_held(held, taken) < 2
    else crashes_held(held, taken) = 0
  end;
end`,
  ),

  // Spends a start of a job's rate, unless somebody else has that gate now. The job is to be held from the same time on.
  inner(
    "spend_start(wanted uuid, now bigint) returns boolean",
    `declare
  g gate;
begin
  select t.* into g from job j join gate t on t.kind = 1 and t.key = j.rate_key where j.id = wanted for update of t skip locked;
  if not found then return false; end if;
  perform note_start(forget_starts(g, now), now);
  return true;
end`,
  ),

  // Takes jobs of a queue one by one, in the order of claims among its lanes. `busy`: somebody else had what one of them needs.
  // `now`: when they start.
  inner(
    `take_each(q text, most integer, most_keyed integer, held bigint, before ready[], tasks text[], out now bigint,
  out taken ready[], out parked uuid[], out passed integer, out busy boolean) returns record`,
    `declare
  r ready;
  candidates ready[];
  suspects integer := 0;
  lane_passed smallint;
begin
  if exists (select from ready where queue = q and lane in (${lane.suspect}, ${lane.suspect + 1})) then
    suspects := (crashes_held(held, before) = 0)::integer;
  end if;
  taken := '{}';
  parked := '{}';
  passed := 0;
  busy := false;
  candidates := array(select x.ready from (
      (select ready from ready where queue = q and lane = ${lane.plain} order by rank, due_at, seq limit most)
      union all
      (select ready from ready where queue = q and lane = ${lane.permitted} order by rank, due_at, seq limit most_keyed)
      union all
      (select ready from ready where queue = q and lane = ${lane.rated} order by rank, due_at, seq limit most_keyed)
      union all
      (select ready from ready where queue = q and lane = ${lane.crashedOnce} order by rank, due_at, seq limit most)
      union all
      (select ready from ready where queue = q and lane = ${lane.crashedOnce + 1} order by rank, due_at, seq limit most_keyed)
      union all
      select ready from (select ready from ready where queue = q and lane = ${lane.suspect}
        order by rank, due_at, seq limit suspects for update skip locked) s
      union all
      select ready from (select ready from ready where queue = q and lane = ${lane.suspect + 1}
        order by rank, due_at, seq limit least(most_keyed, suspects) for update skip locked) s
      union all
      (select ready from ready where queue = q and lane = ${lane.expiring} order by rank, due_at, seq limit most)) x
    order by (x.ready).rank, (x.ready).due_at, (x.ready).seq);
  -- Not before: what somebody has let through meanwhile would start before that.
  now := now_ms();
  foreach r in array candidates loop
    exit when cardinality(taken) >= most;
    -- Behind what was put aside there may be more in its lane that comes first.
    exit when passed > 0 and r.lane <> lane_passed;
    continue when r.flags & ${keyed} <> 0 and most_keyed <= 0;
    -- Only what is taken is locked: what is passed over is for others. It may have been taken and come back meanwhile.
    select * into r from ready where queue = r.queue and lane = r.lane and rank = r.rank and due_at = r.due_at and seq = r.seq
      for update skip locked;
    if not found then
      busy := true;
    elsif r.flags & ${flag.expires} <> 0 and is_late(r.id, now) then
      if not try_heirs(r.id) then
        busy := true;
        continue;
      end if;
      perform end_waiting(read_job(r.id), ${end.expired});
      passed := passed + 1;
      lane_passed := r.lane;
    elsif not may_hold(r, held, before || taken) then
      continue;
    elsif r.task <> all(tasks) then
      if not try_gates(array[r.id]) then
        busy := true;
        continue;
      end if;
      perform withdraw(read_job(r.id), false);
      perform park(r);
      parked := parked || r.id;
      passed := passed + 1;
      lane_passed := r.lane;
    else
      if r.flags & ${flag.rate} <> 0 and not spend_start(r.id, now) then
        busy := true;
        continue;
      end if;
      if r.flags & ${keyed} <> 0 then most_keyed := most_keyed - 1; end if;
      if r.flags & ${flag.expires} <> 0 then
        delete from expiry e using job j where j.id = r.id and e.id = j.id and e.expires_at = j.expires_at;
      end if;
      delete from ready where queue = r.queue and lane = r.lane and rank = r.rank and due_at = r.due_at and seq = r.seq;
      taken := taken || r;
    end if;
  end loop;
end`,
  ),
  // The expiry bounds the first start only: what was claimed once is not in there any more.
  inner(
    "is_late(wanted uuid, now bigint) returns boolean",
    `begin
  return exists (select from job j join expiry e on e.expires_at = j.expires_at and e.id = j.id
    where j.id = wanted and e.expires_at <= now);
end`,
  ),

  // The floor of a queue, given as JSON if there is one.
  inner(
    "floor_of(given json) returns bigint[]",
    `begin
  if given is null then return ${noFloor}; end if;
  return array(select value::bigint from json_array_elements_text(given));
end`,
  ),

  // Is there a job in a queue that this session could have?
  inner(
    "is_left(q text, most_keyed integer, held bigint, given_floor json) returns boolean",
    `declare
  first ready;
  floor bigint[] := floor_of(given_floor);
begin
  if exists (select from ready where queue = q and lane = ${lane.plain} and ${afterFloor}) then return true; end if;
  if exists (select from ready where queue = q and lane = ${lane.expiring}) then return true; end if;
  if most_keyed > 0 and exists (select from ready where queue = q and lane in (${lane.permitted}, ${lane.rated})) then
    return true;
  end if;
  for lane_number in ${lane.crashedOnce}..${lane.suspect + 1} loop
    continue when lane_number % 2 = 1 and most_keyed <= 0;
    select * into first from ready where queue = q and lane = lane_number order by rank, due_at, seq limit 1;
    if found and may_hold(first, held, '{}') then return true; end if;
  end loop;
  return false;
end`,
  ),
];
