/** The name of what is measured of one contender in one phase. */
export function seriesOf(phase: string, contender: string): string {
  return `${phase}/${contender}`;
}
