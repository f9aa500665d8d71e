/**
 * How functions that clients call are run. Plans are made once, and by index: right after a burst the statistics still speak
 * of empty tables, and a plan that sorts or scans what has become large is slow for as long as it is kept. Nothing of this is
 * left in the session, so calls pass a pooler. As nothing is to be sorted, an `order by` is done by whatever index fits, over
 * the whole table if need be: where few rows are to be sorted after all, `+ 0` keeps indexes out.
 */
const settings = [
  "set search_path from current",
  "set plan_cache_mode = force_generic_plan",
  "set enable_seqscan = off",
  "set enable_bitmapscan = off",
  "set enable_hashjoin = off",
  "set enable_mergejoin = off",
  "set enable_sort = off",
  "set jit = off",
  // Behind a transaction of a user's own that holds a key, or a job: better a fault that is tried again than a long wait.
  "set lock_timeout = '2s'",
].join("\n  ");

/** A function that clients call. */
export function called(signature: string, body: string): string {
  return `create function ${signature} language plpgsql
  ${settings}
as $function$
${body.trim()}
$function$`;
}

/** A function that only others call, under their settings. */
export function inner(signature: string, body: string): string {
  return `create function ${signature} language plpgsql as $function$
${body.trim()}
$function$`;
}
