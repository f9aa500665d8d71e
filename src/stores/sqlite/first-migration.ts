/**
 * The first layout. A job's facts are written once; narrow tables say where it stands: scheduled, ready, blocked at a
 * gate, parked, waiting for parents, claimed; its outcome is appended. A job that stands in none of them but has an
 * outcome has ended. Only jobs that don't go straight through have a row in `course`.
 */
export const firstMigration: readonly string[] = [
  // `next_seq` numbers the jobs that are stored; the others count what other processes want to hear of.
  `create table afterwork_pulse (
    one integer primary key check (one = 1),
    next_seq integer not null,
    jobs integer not null,
    control integer not null,
    ended integer not null
  )`,
  `insert into afterwork_pulse values (1, 1, 0, 0, 0)`,

  // Names that stand in many rows: of tasks, workers, and policies.
  `create table afterwork_word (
    id integer primary key,
    text text not null unique
  )`,

  `create table afterwork_queue (
    id integer primary key,
    name text not null unique,
    paused integer not null,
    ready integer not null,
    blocked integer not null,
    parked integer not null,
    scheduled integer not null,
    retrying integer not null,
    waiting integer not null,
    running integer not null,
    succeeded integer not null,
    failed integer not null,
    cancelled integer not null,
    expired integer not null
  )`,

  `create table afterwork_job (
    seq integer primary key,
    id blob not null,
    task integer not null,
    queue integer not null,
    priority integer not null,
    flags integer not null,
    policy integer not null,
    created_at integer not null,
    due_at integer,
    expires_at integer,
    concurrency integer,
    rate integer,
    args text not null,
    options text,
    trace text,
    rules text
  )`,
  `create unique index afterwork_job_id on afterwork_job (id)`,
  `create table afterwork_alias (
    id blob primary key,
    seq integer not null
  ) without rowid`,
  `create index afterwork_alias_seq on afterwork_alias (seq)`,

  `create table afterwork_course (
    seq integer primary key,
    attempts integer not null,
    only_crashes integer not null,
    due_at integer,
    started_at integer,
    worker integer,
    token integer
  )`,
  `create table afterwork_scheduled (
    queue integer not null,
    due_at integer not null,
    seq integer not null,
    retrying integer not null,
    primary key (queue, due_at, seq)
  ) without rowid`,
  // `lane`: 0 plain, 1 keyed; 2 and 3 lost to crashes once, 4 and 5 more often.
  `create table afterwork_ready (
    queue integer not null,
    lane integer not null,
    rank integer not null,
    due_at integer not null,
    seq integer not null,
    task integer not null,
    flags integer not null,
    primary key (queue, lane, rank, due_at, seq)
  ) without rowid`,
  `create table afterwork_parked (
    queue integer not null,
    task integer not null,
    seq integer not null,
    due_at integer not null,
    primary key (queue, task, seq)
  ) without rowid`,
  `create table afterwork_claimed (
    seq integer primary key,
    session integer not null,
    token integer not null,
    attempt integer not null,
    started_at integer not null,
    stop integer not null,
    taken integer not null
  )`,
  `create table afterwork_outcome (
    seq integer primary key,
    status integer not null,
    attempt integer not null,
    started_at integer,
    finished_at integer not null,
    worker integer,
    token integer,
    forget_at integer not null,
    stop integer not null,
    result text,
    error text,
    ended_by blob
  )`,
  `create index afterwork_outcome_forget on afterwork_outcome (forget_at)`,

  // `used`: permits that are taken, or starts that have been let through but not been claimed yet. `opens_at`: when
  // somebody who waits may be let through; 0: now.
  `create table afterwork_gate (
    id integer primary key,
    kind text not null,
    key text not null,
    most integer not null,
    per_ms integer not null,
    used integer not null,
    starts integer not null,
    waiting integer not null,
    jobs integer not null,
    opens_at integer,
    unique (kind, key)
  )`,
  `create index afterwork_gate_opens on afterwork_gate (opens_at, kind, key) where opens_at is not null`,
  `create index afterwork_gate_unused on afterwork_gate (id) where jobs = 0`,
  `create table afterwork_start (
    gate integer not null,
    at integer not null,
    number integer not null,
    primary key (gate, at)
  ) without rowid`,
  `create table afterwork_blocked (
    gate integer not null,
    rank integer not null,
    due_at integer not null,
    seq integer not null,
    primary key (gate, rank, due_at, seq)
  ) without rowid`,

  `create table afterwork_edge (
    parent integer not null,
    child integer not null,
    number integer not null,
    primary key (parent, child)
  ) without rowid`,
  `create index afterwork_edge_child on afterwork_edge (child)`,
  `create table afterwork_waiting (
    seq integer primary key,
    parents integer not null
  )`,

  `create table afterwork_unique (
    key text primary key,
    seq integer not null,
    free_at integer
  ) without rowid`,
  `create index afterwork_unique_free on afterwork_unique (free_at) where free_at is not null`,
  `create table afterwork_expiry (
    expires_at integer not null,
    seq integer not null,
    primary key (expires_at, seq)
  ) without rowid`,

  `create table afterwork_failure (
    seq integer not null,
    number integer not null,
    attempt integer not null,
    started_at integer not null,
    ended_at integer not null,
    worker integer not null,
    crashed integer not null,
    error text not null,
    primary key (seq, number)
  ) without rowid`,
  `create table afterwork_step (
    seq integer not null,
    number integer not null,
    name text not null,
    value text,
    sleep_until integer,
    primary key (seq, name)
  ) without rowid`,
  `create table afterwork_progress (
    seq integer primary key,
    data text not null
  )`,
  `create table afterwork_event (
    seq integer not null,
    number integer not null,
    at integer not null,
    kind text not null,
    data text not null,
    primary key (seq, number)
  ) without rowid`,

  `create table afterwork_session (
    id integer primary key,
    key text not null unique,
    name integer not null,
    lease_ms integer not null,
    expires_at integer not null,
    ended integer not null
  )`,
  `create table afterwork_schedule (
    name text primary key,
    last_slot integer not null,
    last_job text
  ) without rowid`,
];
