import { flag, keyed, lane } from "./flags.ts";
import { called, inner } from "./sql-function.ts";
import { afterFloor } from "./taking.ts";

/** Where nobody has just stored the first job of a task that the worker does not know. */
const noStrangers = "not exists (select from task k where k.name <> all(tasks))";

/** Takes the first plain jobs of a queue, all at once. */
const holdPlain: string = hold(
  outOfQueue(`select ctid from ready where queue = q and lane = ${lane.plain} and ${afterFloor} and ${noStrangers}
                    and not exists (select from ready r where r.queue = q and r.lane between 1 and ${lane.rated})
                  order by rank, due_at, seq limit room for update skip locked`),
);

/** The same among them and those that have their permits; and how many of these there are. */
const pickPermitted = `select array_agg(x.place), count(*) filter (where x.lane = ${lane.permitted}) from (
            select * from (
              select * from (select ctid as place, lane, rank, due_at, seq from ready where queue = q and lane = ${lane.plain} and ${noStrangers}
                order by rank, due_at, seq limit room for update skip locked) a
              union all
              select * from (select ctid as place, lane, rank, due_at, seq from ready where queue = q and lane = ${lane.permitted} and ${noStrangers}
                order by rank, due_at, seq limit least(room, most_keyed) for update skip locked) b) merged
            order by rank, due_at, seq limit room) x`;
const holdPicked: string = hold(outOfQueue("select unnest(picked)"));

/** Those that have been taken out one by one. */
const holdTaken: string = hold("select rank, due_at, seq, id, flags from unnest(each.taken)");

/** Takes jobs out of their queue by their places in the table. */
function outOfQueue(places: string): string {
  return `delete from ready where ctid = any(array(${places})) returning rank, due_at, seq, id, flags`;
}

/** Gives jobs that have been taken out of their queue to the session, in the order of claims. */
function hold(taken: string): string {
  return `with gone as (
              ${taken}),
            facts as materialized (
              select g.rank, g.due_at, g.seq, g.flags, j.id, j.task, j.queue, j.priority, j.args, j.options, j.trace, j.rules,
                j.created_at, j.keep_succeeded_ms, coalesce(c.attempts, 0) + 1 as attempt
              from gone g join job j on j.id = g.id
                left join course c on c.id = case when g.flags & ${flag.course} <> 0 then g.id end),
            held as (
              insert into claimed (id, token, session, number, started_at, keep_succeeded_ms, attempt, worker, flags)
                select f.id, given_token, s.id, (select nextval('claim_number')), now, f.keep_succeeded_ms, f.attempt, s.worker, f.flags
                from facts f)
            select null::text, f.id, f.task, f.queue, f.priority, f.args, f.options, f.trace,
              case when f.flags & ${flag.child} <> 0 then f.rules::json ->> 'parents' end,
              f.attempt, f.flags & ${flag.steps} <> 0, f.flags & ${keyed} <> 0, f.created_at, f.due_at, f.seq
            from facts f order by f.rank, f.due_at, f.seq`;
}

/** How workers are given jobs. */
export const claiming: readonly string[] = [
  `create type held_job as (
    head text, job_id uuid, task text, queue text, priority smallint, args text, options text, trace text,
    parents text, attempt integer, has_steps boolean, is_keyed boolean, created_at bigint, due_at bigint, seq bigint
  )`,
  // What time has let through by now.
  inner(
    "advance(served text[], tasks text[], now bigint) returns void",
    `begin
  perform join_gates(500);
  perform unpark(served, tasks, 500);
  perform make_due(now, 500);
  perform fill_gates(now, 500);
end`,
  ),

  // When the next job of these queues is due, or a gate opens.
  inner(
    "next_due(served text[], out due bigint, out opens bigint) returns record",
    `begin
  select (select min(x.due_at) from unnest(served) q(name) cross join lateral (
      select due_at from aside where kind in ('s', 'r') and queue = q.name order by due_at limit 1) x),
      (select opens_at from gate where opens_at is not null order by opens_at limit 1)
    into due, opens;
end`,
  ),

  // Gives a worker jobs, in the order in which they are to be started. The last row is not a job but the answer's head, as JSON.
  // `floors`: for queues whose index is full of dead entries, the place of the last job that was claimed.
  called(
    `claim(given_worker text, given_token bigint, queues text[], tasks text[], most integer, most_keyed integer, floors json,
  turn integer)
  returns setof held_job`,
    `#variable_conflict use_column
declare
  now bigint := now_ms();
  s session;
  look record;
  q text;
  floor bigint[];
  picked tid[];
  began timestamptz;
  took_ms numeric := 0;
  room integer;
  got integer;
  left_over integer := most;
  set_aside integer := 0;
  taken ready[] := '{}';
  parked uuid[] := '{}';
  each record;
  is_more boolean;
  is_cut boolean := false;
  is_busy boolean := false;
  has_permits boolean := false;
begin
  -- Who ends a session waits for this, or this sees it ended.
  perform pg_advisory_xact_lock_shared(session_lock(given_worker));
  select * into s from session where key = given_worker and not ended;
  if not found then
    return query select json_build_object('ended', true, 'now', now)::text, null::uuid, null, null, null::smallint, null, null,
      null, null, null::integer, null::boolean, null::boolean, null::bigint, null::bigint, null::bigint;
    return;
  end if;
  -- Everything that is seldom there is asked for at once.
  loop
    select
        case when queues is null then array(select k.name from queue k where not k.paused order by k.name)
          else array(select k.name from unnest(queues) with ordinality n(name, place) join queue k on k.name = n.name
            where not k.paused group by k.name order by min(n.place)) end as served,
        exists (select from aside where kind = 'n') as has_new,
        exists (select from aside where not joined and kind <> 'n') or exists (select from aside where kind = 'p') as has_others,
        exists (select k.name from task k where k.name <> all(tasks)) as has_strangers,
        (select min(x.due_at) from queue k cross join lateral (
          select due_at from aside where kind in ('s', 'r') and queue = k.name order by due_at limit 1) x) as due,
        (select opens_at from gate where opens_at is not null order by opens_at limit 1) as opens
      into look;
    exit when not look.has_new;
    exit when not settle_in_new(500);
    now := now_ms();
  end loop;
  -- Whoever serves all begins with another queue each time, or the first would starve the others.
  if queues is null and cardinality(look.served) > 1 then
    turn := turn % cardinality(look.served);
    look.served := look.served[turn + 1:] || look.served[:turn];
  end if;
  if look.has_others or look.due <= now or look.opens <= now then
    perform advance(look.served, tasks, now);
    select n.due, n.opens into look.due, look.opens from next_due(look.served) n;
  elsif queues is not null and look.due is not null then
    look.due := (next_due(look.served)).due;
  end if;

  for round in 1..2 loop
    for i in 1..cardinality(look.served) loop
      q := look.served[i];
      room := case round when 1 then ceil(left_over::numeric / (cardinality(look.served) - i + 1)) else left_over end;
      while room > 0 and set_aside < 1000 loop
        if not look.has_strangers then
          floor := floor_of(floors -> q);
          began := clock_timestamp();
          return query ${holdPlain};
          get diagnostics got = row_count;
          took_ms := greatest(took_ms, extract(epoch from clock_timestamp() - began) * 1000);
          left_over := left_over - got;
          room := room - got;
          exit when got > 0 or not exists (select from ready r where r.queue = q and r.lane between 1 and ${lane.rated});
        end if;
        if not look.has_strangers
            and not exists (select from ready r where r.queue = q and r.lane between ${lane.crashedOnce} and ${lane.rated}) then
          ${pickPermitted} into picked, got;
          most_keyed := most_keyed - got;
          has_permits := has_permits or got > 0;
          return query ${holdPicked};
          get diagnostics got = row_count;
          left_over := left_over - got;
          room := room - got;
          -- Another claim locks more than it takes in the end.
          is_busy := is_busy or room > 0 and exists (select from ready r where r.queue = q
            and (r.lane = ${lane.plain} or r.lane = ${lane.permitted} and most_keyed > 0));
          exit;
        end if;
        each := take_each(q, room, least(most_keyed, room), s.id, taken, tasks);
        -- The start that a rate counts and the one that the job shows are the same moment.
        now := each.now;
        is_busy := is_busy or each.busy;
        exit when each.taken = '{}' and each.passed = 0;
        got := cardinality(each.taken);
        return query ${holdTaken};
        parked := parked || each.parked;
        set_aside := set_aside + each.passed;
        most_keyed := most_keyed - (select count(*) from unnest(each.taken) p where p.flags & ${keyed} <> 0);
        taken := taken || each.taken;
        room := room - got;
        left_over := left_over - got;
      end loop;
      is_cut := is_cut or room <= 0;
    end loop;
    exit when left_over = 0 or not is_cut or set_aside >= 1000;
  end loop;

  is_more := set_aside >= 1000 or (look.has_others
    and exists (select from aside where kind = 'p' and queue = any(look.served) and task = any(tasks)));
  if left_over = 0 then
    for i in 1..cardinality(look.served) loop
      exit when is_more;
      is_more := is_left(look.served[i], most_keyed, s.id, floors -> look.served[i]);
    end loop;
  end if;
  -- What was taken one by one has spent starts, and what was put aside may have had permits.
  if set_aside > 0 or taken <> '{}' then look.opens := (next_due(look.served)).opens; end if;
  return query select json_build_object('ended', false, 'now', now, 'more', is_more,
      'nextDueInMs', least(case when look.opens is not null then greatest(0, look.opens - now) end,
        case when look.due is not null then greatest(1, look.due - now) end, case when look.has_new or (is_busy and left_over > 0) then 1 end),
      'parked', case when parked <> '{}' then
        (select json_agg(json_build_object('id', j.id, 'task', j.task)) from job j where j.id = any(parked)) end,
      'tookMs', took_ms, 'dead', case when took_ms > 2 then pg_stat_get_dead_tuples('ready'::regclass) end)::text,
    null::uuid, null, null, null::smallint, null, null, null, null, null::integer, null::boolean, null::boolean, null::bigint,
    null::bigint, null::bigint;
  -- Without keys a claim that the server forgets when it crashes costs no more than another start, whose result counts.
  if taken = '{}' and not has_permits then perform set_config('synchronous_commit', 'off', true); end if;
end`,
  ),
];
