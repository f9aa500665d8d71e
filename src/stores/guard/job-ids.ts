const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Can it be the id of a job? Ids come from users too, in whatever form; some databases fail on one that is none. */
export function isJobId(id: string): boolean {
  return typeof id === "string" && id.length === 36 && uuid.test(id);
}

/** Asks for those ids that can be a job's; what is said of the others is `otherwise`. In the order of the ids. */
export async function askByIds<Answer, Otherwise>(
  ids: readonly string[],
  otherwise: Otherwise,
  ask: (ids: readonly string[]) => Promise<readonly Answer[]>,
): Promise<readonly (Answer | Otherwise)[]> {
  if (ids.every(isJobId)) return ask(ids);
  const answers = await ask(ids.filter(isJobId));
  let next = 0;
  return ids.map((id) => {
    if (!isJobId(id)) return otherwise;
    next += 1;
    return answers[next - 1] as Answer;
  });
}
