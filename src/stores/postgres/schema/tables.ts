/**
 * The first layout. A job's facts are written once; narrow tables say where it stands: `ready`, `aside` (due ahead, in line
 * at a gate, parked, waiting for parents, or not looked at yet), `claimed`, `outcome`. Every job stands in exactly one of
 * these four, and whoever deletes that row has the right to put it elsewhere. Only jobs that don't go straight through have a
 * row in `course`. Times are milliseconds since the epoch.
 */
export const tables: readonly string[] = [
  `create table queue (
    name text collate "C" primary key,
    paused boolean not null default false
  )`,
  // The names of all tasks that jobs have been stored for.
  `create table task (
    name text collate "C" primary key
  )`,
  `create table worker (
    id integer generated always as identity primary key,
    name text collate "C" not null unique
  )`,
  // Renewed every few seconds; without an index on what changes, in place.
  `create table session (
    id bigint generated always as identity primary key,
    key text collate "C" not null unique,
    worker integer not null,
    lease_ms bigint not null,
    expires_at bigint not null,
    ended boolean not null default false
  ) with (fillfactor = 50)`,
  "create sequence claim_number",

  // Columns of a fixed length first, the longest ones before the others: no gaps between them.
  `create table job (
    id uuid primary key,
    seq bigint generated always as identity,
    created_at bigint not null,
    due_at bigint,
    expires_at bigint,
    keep_succeeded_ms bigint not null,
    keep_failed_ms bigint not null,
    crash_delay_ms bigint not null,
    crash_max_delay_ms bigint not null,
    crash_attempts bigint not null,
    priority smallint not null,
    flags smallint not null,
    task text collate "C" not null,
    queue text collate "C" not null,
    args text not null,
    options text,
    trace text,
    concurrency_key text collate "C",
    rate_key text collate "C",
    rules text
  )`,
  "create index job_seq on job (seq)",
  `create table alias (
    id uuid primary key,
    job uuid not null
  )`,
  "create index alias_job on alias (job)",
  `create table course (
    id uuid primary key,
    due_at bigint,
    started_at bigint,
    token bigint,
    attempts integer not null,
    worker integer,
    only_crashes boolean not null
  ) with (fillfactor = 80)`,

  `create table ready (
    due_at bigint not null,
    seq bigint not null,
    id uuid not null,
    lane smallint not null,
    rank smallint not null,
    flags smallint not null,
    queue text collate "C" not null,
    task text collate "C" not null,
    primary key (queue, lane, rank, due_at, seq)
  )`,
  // Kinds: (n)ew, not looked at yet; (s)cheduled; (r)etrying; (b)locked at a gate; (p)arked; (w)aiting for parents.
  // `joined`: its gates know of it, or it has none.
  `create table aside (
    id uuid primary key,
    due_at bigint,
    seq bigint not null,
    gate bigint,
    parents integer,
    rank smallint not null,
    flags smallint not null,
    kind "char" not null,
    joined boolean not null,
    queue text collate "C" not null,
    task text collate "C" not null
  )`,
  "create index aside_new on aside (seq) where kind = 'n'",
  "create index aside_joining on aside (seq) where not joined and kind <> 'n'",
  "create index aside_due on aside (queue, due_at, seq) where kind in ('s', 'r')",
  "create index aside_retrying on aside (queue, due_at) where kind = 'r'",
  "create index aside_blocked on aside (gate, rank, due_at, seq) where kind = 'b'",
  "create index aside_parked on aside (queue, task, rank, due_at, seq) where kind = 'p'",
  "create index aside_waiting on aside (queue) where kind = 'w'",
  `create table claimed (
    id uuid primary key,
    token bigint not null,
    session bigint not null,
    number bigint not null,
    started_at bigint not null,
    keep_succeeded_ms bigint not null,
    attempt integer not null,
    worker integer not null,
    flags smallint not null,
    stop boolean not null default false
  )`,
  `create table outcome (
    id uuid primary key,
    token bigint,
    started_at bigint,
    finished_at bigint not null,
    forget_at bigint not null,
    attempt integer not null,
    worker integer,
    status smallint not null,
    stop boolean not null,
    result text,
    error text,
    ended_by uuid
  )`,
  // What ends in one batch has one time, and so nearly one entry.
  "create index outcome_forget on outcome (forget_at)",
  "create index outcome_unsuccessful on outcome (status) where status <> 0",

  // `used`: permits that are taken, or starts that have been let through but not been claimed yet. `ruled_by`: the `seq` of the
  // job whose limits count, which is the one stored last of those that it knows of.
  `create table gate (
    id bigint generated always as identity primary key,
    most bigint not null,
    per_ms bigint not null,
    used bigint not null default 0,
    starts bigint not null default 0,
    waiting bigint not null default 0,
    jobs bigint not null default 0,
    opens_at bigint,
    ruled_by bigint not null default 0,
    kind smallint not null,
    key text collate "C" not null,
    unique (kind, key)
  ) with (fillfactor = 70)`,
  "create index gate_unused on gate (id) where jobs = 0",
  "create index gate_opens on gate (opens_at) where opens_at is not null",
  `create table start (
    gate bigint not null,
    at bigint not null,
    number bigint not null,
    primary key (gate, at)
  )`,

  `create table edge (
    parent uuid not null,
    child uuid not null,
    number integer not null,
    primary key (parent, child)
  )`,
  "create index edge_child on edge (child)",
  `create table unique_key (
    key text collate "C" primary key,
    job uuid,
    free_at bigint
  )`,
  "create index unique_key_free on unique_key (free_at) where free_at is not null",
  `create table expiry (
    expires_at bigint not null,
    id uuid not null,
    primary key (expires_at, id)
  )`,

  `create table failure (
    job uuid not null,
    number integer not null,
    attempt integer not null,
    started_at bigint not null,
    ended_at bigint not null,
    worker integer,
    crashed boolean not null,
    error text not null,
    primary key (job, number)
  )`,
  `create table step (
    job uuid not null,
    number integer not null,
    sleep_until bigint,
    name text collate "C" not null,
    value text,
    primary key (job, name)
  )`,
  `create table progress (
    id uuid primary key,
    data text not null
  )`,
  `create table event (
    job uuid not null,
    number bigint not null,
    at bigint not null,
    kind text not null,
    data text not null,
    primary key (job, number)
  )`,
  `create table schedule (
    name text collate "C" primary key,
    last_slot bigint not null,
    last_job uuid
  )`,

  // What comes and goes all the time is vacuumed when a little is dead, whatever the table's size.
  ...["ready", "aside", "claimed", "gate", "start", "session"].map(
    (table) => `alter table ${table} set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000,
    autovacuum_vacuum_cost_delay = 0)`,
  ),
];
