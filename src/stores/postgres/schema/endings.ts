import { end, flag, keyed } from "./flags.ts";
import { inner } from "./sql-function.ts";

/** How jobs end, and what follows for the children that wait for them. */
export const endings: readonly string[] = [
  inner(
    "parent_error(parent full_job, ending integer, cause text) returns text",
    `begin
  return json_build_object('name', 'ParentError', 'message', parent.task || ' (' || parent.id || '), which it needs, ended as '
    || (array['succeeded', 'failed', 'cancelled', 'expired'])[ending + 1]
    -- PostgreSQL reads no U+0000 and no half of a surrogate pair, though it keeps them where JSON has escaped them.
    || coalesce(': ' || (regexp_replace(cause, E'\\\\\\\\u(0000|d[89a-f][0-9a-f]{2})', '?', 'g')::json ->> 'message'), ''))::text;
end`,
  ),

  // Jobs, and all that wait for one of them to succeed.
  inner(
    "heirs_of(ids uuid[]) returns uuid[]",
    `begin
  return array(with recursive heir(id) as (
      select unnest(ids)
      union select e.child from heir h join edge e on e.parent = h.id join aside a on a.id = e.child and a.kind = 'w')
    select id from heir);
end`,
  ),
  // Locks what the end of a job changes that stands in a queue, unless somebody else has some of it.
  inner(
    "try_heirs(wanted uuid) returns boolean",
    `declare
  heirs uuid[] := heirs_of(array[wanted]);
begin
  return try_gates(heirs) and cardinality(heirs) - 1
    = (select count(*) from (select from aside where id = any(heirs) and kind = 'w' for update skip locked) a);
end`,
  ),

  // Ends a job that has been taken out of wherever it stood, and resolves the children that wait for it.
  inner(
    "end_job(j full_job, ending integer, given_result text, given_error text, parent uuid) returns void",
    `declare
  ended full_job[] := array[j];
  errors text[] := array[given_error];
  enders uuid[] := array[parent];
  number integer := 0;
  child_id uuid;
  child full_job;
  was_joined boolean;
  now bigint := now_ms();
begin
  while number < cardinality(ended) loop
    number := number + 1;
    j := ended[number];
    if not j.joined then perform adopt_limits(j.id); end if;
    insert into outcome values (j.id, j.settled_token, j.started_at, now,
      now + case ending when ${end.succeeded} then j.keep_succeeded_ms else j.keep_failed_ms end,
      j.attempts, j.worker, ending, j.stop, given_result, errors[number], enders[number]);
    if j.flags & ${flag.expires} <> 0 then delete from expiry where expires_at = j.expires_at and id = j.id; end if;
    if j.flags & ${flag.unique} <> 0 then
      -- Who has the row meanwhile may be waiting for this job; a row that stays behind says nothing.
      delete from unique_key where key = (select key from unique_key
        where key = j.rules::json #>> '{unique,key}' and job = j.id for update skip locked);
    end if;
    for child_id in select e.child from edge e join job c on c.id = e.child where e.parent = j.id order by c.seq + 0 loop
      if ending = ${end.succeeded} then
        perform count_success(child_id);
      else
        delete from aside where id = child_id and kind = 'w' returning joined into was_joined;
        continue when not found;
        child := read_job(child_id);
        child.joined := was_joined;
        if was_joined then perform leave_gates(child); end if;
        ended := ended || child;
        errors := errors || parent_error(j, ending, errors[number]);
        enders := enders || j.id;
      end if;
    end loop;
  end loop;
  perform note('ended');
end`,
  ),

  // The gates of a job that ends without ever having stood before them.
  inner(
    "leave_gates(j full_job) returns void",
    `begin
  if j.concurrency_key is not null then perform leave_gate(0, j.concurrency_key, 0, 0, 1); end if;
  if j.rate_key is not null then perform leave_gate(1, j.rate_key, 0, 0, 1); end if;
end`,
  ),

  inner(
    "count_success(child uuid) returns void",
    `declare
  left_over integer;
begin
  update aside set parents = parents - 1 where id = child and kind = 'w' returning parents into left_over;
  if left_over = 0 then perform start_waiting(child); end if;
end`,
  ),

  // All parents have succeeded: it waits for its due time only, which begins now.
  inner(
    "start_waiting(wanted uuid) returns void",
    `declare
  j full_job := read_job(wanted);
begin
  delete from aside where id = wanted and kind = 'w';
  perform place_anew(j);
end`,
  ),
  inner(
    "place_anew(j full_job) returns void",
    `declare
  due bigint := due_from_now(j.rules::json);
begin
  perform write_course(j, due);
  j.flags := j.flags | ${flag.course};
  perform place(j, due, j.joined);
end`,
  ),

  // Ends a job that nobody holds.
  inner(
    "end_waiting(j full_job, ending integer) returns void",
    `begin
  perform withdraw(j, true);
  perform end_job(j, ending, null, null, null);
end`,
  ),

  // Ends a job whose row in `claimed` is gone.
  inner(
    "end_held(j full_job, ending integer, given_result text, given_error text) returns void",
    `begin
  perform end_job(j, ending, given_result, given_error, null);
  perform free_permit(j, true);
end`,
  ),

  // Until it is known how the parents of some jobs stand, they stay where they are: who ends one of them comes after that, and
  // sees the child. `unseen`: those that nobody else sees yet.
  inner(
    "hold_parents(children uuid[], unseen uuid[]) returns void",
    `declare
  orphan record;
begin
  select e.parent, e.child into orphan from unnest(hold_still(array(
      select parent from edge where child = any(children) except select unnest(unseen)))) g(id)
    join edge e on e.parent = g.id and e.child = any(children) limit 1;
  if found then
    raise exception using errcode = 'AW001',
      message = 'the job ' || orphan.child || ' names the parent ' || orphan.parent || ', which is not stored any more';
  end if;
end`,
  ),

  // A job with parents waits until it is known how they stand.
  inner(
    "await_parents(wanted uuid) returns void",
    `declare
  j full_job := read_job(wanted);
begin
  insert into aside values (j.id, null, j.seq, null,
    (select count(*) from edge e left join outcome o on o.id = e.parent
      where e.child = wanted and o.status is distinct from ${end.succeeded}),
    -j.priority, j.flags, 'w', j.flags & ${keyed} = 0, j.queue, j.task);
end`,
  ),

  // Puts a new job, or one that comes back, where its parents say: it waits, ends at once, or waits for its due time. One
  // that has ended with its parent a moment ago stays as it is.
  inner(
    "settle_in(wanted uuid) returns void",
    `declare
  j full_job := read_job(wanted);
  lost record;
begin
  if j.flags & ${flag.child} = 0 then
    if j.due_at is null then
      j.joined := false;
      perform place_anew(j);
    else
      perform place(j, j.due_at, false);
    end if;
    return;
  end if;
  if j.kind is distinct from 'w' then return; end if;
  select o.id, o.status, o.error into lost from edge e join outcome o on o.id = e.parent
    where e.child = wanted and o.status <> ${end.succeeded} order by e.number limit 1;
  if found then
    delete from aside where id = wanted;
    if j.joined then perform leave_gates(j); end if;
    perform end_job(j, lost.status, null, parent_error(read_job(lost.id), lost.status, lost.error), lost.id);
  elsif j.waiting = 0 then
    perform start_waiting(wanted);
  end if;
end`,
  ),
];
