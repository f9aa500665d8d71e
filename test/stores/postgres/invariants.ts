import { databaseUrl, onDatabase } from "../../support/database.ts";

/** Each gives the rows that break a rule of the schema, as texts. Every transaction keeps all of them. */
const rules: Readonly<Record<string, string>> = {
  "every job has exactly one place": `
    select coalesce(j.id, p.id) || ' is in ' || coalesce(string_agg(p.place, ' and '), 'none') as broken
    from job j full join (select id, 'ready' as place from ready union all select id, 'aside' from aside
      union all select id, 'claimed' from claimed union all select id, 'outcome' from outcome) p on p.id = j.id
    group by j.id, p.id having count(j.id) = 0 or count(p.place) <> 1`,

  "who looks for a job finds it": `
    select r.id || ' is ready elsewhere' as broken from ready r join job j on j.id = r.id left join course c on c.id = j.id
    where (r.queue, r.rank, r.due_at, r.seq) is distinct from (j.queue, (-j.priority)::smallint, coalesce(c.due_at, j.due_at), j.seq)
    union all
    select a.id || ' is due elsewhere' from aside a join job j on j.id = a.id left join course c on c.id = j.id
    where a.kind <> 'w' and a.joined and (a.due_at, a.rank) is distinct from (coalesce(c.due_at, j.due_at), (-j.priority)::smallint)`,

  "what has a course says so": `
    select p.id || ' has the flags ' || p.flags as broken
    from (select id, flags from ready union all select id, flags from aside where kind <> 'w') p left join course c on c.id = p.id
    where (p.flags & 32 <> 0) <> (c.id is not null)`,

  "a gate counts permits, waiters and bearers": `
    with bearer as (
      select k.kind, k.key, count(r.id) + case k.kind when 0 then count(h.id) else 0 end + count(*) filter (where a.kind = 'n' and a.parents = 1) as used,
        count(*) filter (where a.kind in ('b', 'n') and a.gate = (select id from gate where kind = k.kind and key = k.key)) as waiting,
        count(*) filter (where o.id is null and coalesce(a.joined, true)) as jobs
      from job j cross join lateral (values (0, j.concurrency_key), (1, j.rate_key)) k(kind, key)
        left join ready r on r.id = j.id left join claimed h on h.id = j.id left join aside a on a.id = j.id
        left join outcome o on o.id = j.id
      where k.key is not null group by k.kind, k.key)
    select coalesce(b.key, g.key) || ' has used, waiting, jobs ' || row(g.used, g.waiting, g.jobs) || ', expected ' || row(b.used, b.waiting, b.jobs)
        as broken
    from bearer b full join gate g on g.kind = b.kind and g.key = b.key
    where (coalesce(g.used, 0), coalesce(g.waiting, 0), coalesce(g.jobs, 0)) is distinct from
      (coalesce(b.used, 0), coalesce(b.waiting, 0), coalesce(b.jobs, 0))`,

  "a gate counts its starts, and knows when it opens": `
    select g.key || ' has the starts ' || g.starts || ', and opens at ' || coalesce(g.opens_at::text, 'no time') as broken from gate g
    where g.starts <> (select coalesce(sum(number), 0) from start s where s.gate = g.id)
      or g.opens_at is distinct from opening_of(g)`,

  "nobody holds more than a limit allows": `
    select g.key || ' has let ' || g.used || ' through' as broken from gate g where g.starts + g.used > g.most`,

  "what has ended holds nothing": `
    select e.id || ' expires' as broken from expiry e join outcome o on o.id = e.id
    union all
    select o.id || ' has the key ' || u.key from unique_key u join outcome o on o.id = u.job
    where u.free_at is null and holder_of(u.key) is not null`,

  "what was never claimed can still expire": `
    select j.id || ' never expires' as broken from job j join (select id from ready union all select id from aside) p on p.id = j.id
      left join course c on c.id = j.id
    where j.expires_at is not null and c.started_at is null
      and not exists (select from expiry e where e.id = j.id and e.expires_at = j.expires_at)`,

  "whoever waits waits for parents that have not ended": `
    select a.id || ' waits for ' || a.parents || ', expected ' || count(e.parent) filter (where o.id is null)
      || ', without a place ' || count(e.parent) filter (where j.id is null)
      || ', lost ' || count(e.parent) filter (where o.status <> 0) as broken
    from aside a left join edge e on e.child = a.id left join job j on j.id = e.parent left join outcome o on o.id = e.parent
    where a.kind = 'w' group by a.id, a.parents
    having a.parents <> count(e.parent) filter (where o.id is null) or a.parents = 0
      or count(*) filter (where j.id is null or o.status <> 0) > 0`,

  "what is held is held in a session": `
    select h.id || ' is held by nobody' as broken from claimed h where not exists (select from session s where s.id = h.session)`,
};

/** What is wrong in a schema, in one snapshot, while others go on; empty when all is well. */
export function brokenInvariants(schema: string): Promise<readonly string[]> {
  const checks = Object.entries(rules).map(
    ([rule, sql]) => `(select '${rule}: ' || broken as broken from (${sql} limit 5) x)`,
  );
  return onDatabase(databaseUrl, async (client) => {
    // So that functions see the same snapshot.
    await client.query("begin isolation level repeatable read read only");
    await client.query(`set local search_path to "${schema}"`);
    const { rows } = await client.query<{ readonly broken: string }>(checks.join(" union all "));
    return rows.map(({ broken }) => broken);
  });
}
