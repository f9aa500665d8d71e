import { end, flag, keyed } from "./flags.ts";
import { inner } from "./sql-function.ts";

/** How jobs that were stored in transactions of users are taken in. */
export const arriving: readonly string[] = [
  // What came in transactions of users, in the order of storing, by one claim at a time: of a family that is new some could
  // wait here for those that another one has. Was there anything that nobody else has?
  inner(
    "settle_in_new(most integer) returns boolean",
    `declare
  fresh aside[];
  first_ones uuid[];
  gone uuid[];
  busy uuid[];
  n aside;
  settled boolean := false;
begin
  perform from meta for update skip locked;
  if not found then return false; end if;
  first_ones := array(select id from aside where kind = 'n' order by seq limit most);
  -- Before anything is locked: who stores jobs has names that are new first, and then waits for jobs.
  perform know_names(array(select distinct queue from aside where id = any(first_ones)),
    array(select distinct task from aside where id = any(first_ones)));
  fresh := array(select a from aside a where id = any(first_ones) and kind = 'n' order by seq + 0 for update skip locked);
  select h.gone, h.busy into gone, busy from try_to_hold(array(select distinct e.parent from unnest(fresh) f join edge e on e.child = f.id)) h;
  foreach n in array fresh loop
    if n.joined and n.flags & ${keyed} <> 0 then
      settled := bring_back(n) or settled;
      continue;
    end if;
    continue when busy <> '{}' and exists (select from edge where child = n.id and parent = any(busy));
    settled := true;
    delete from aside where id = n.id;
    if n.flags & ${flag.child} <> 0 then
      continue when is_orphan(n.id, gone);
      perform await_parents(n.id);
    end if;
    perform settle_in(n.id);
  end loop;
  return settled;
end`,
  ),
  // A parent may be forgotten while its child's transaction is open. The child has failed, then.
  inner(
    "is_orphan(wanted uuid, gone uuid[]) returns boolean",
    `declare
  parent_id uuid;
begin
  with lost as (delete from edge where child = wanted and parent = any(gone) returning parent)
    select parent into parent_id from lost limit 1;
  if not found then return false; end if;
  perform end_job(read_job(wanted), ${end.failed}, null, json_build_object('name', 'ParentError', 'message',
    'the job ' || parent_id || ', which it needs, is not stored any more')::text, null);
  return true;
end`,
  ),
  // What was replaced in a transaction of a user's still has what it had at its gates.
  inner(
    "bring_back(n aside) returns boolean",
    `declare
  j full_job;
begin
  if not try_gates(array[n.id]) then return false; end if;
  j := read_job(n.id);
  perform withdraw(j, false);
  perform place(j, j.due_at, true);
  return true;
end`,
  ),
];
