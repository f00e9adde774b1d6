/** Fewer characters in common are chance: ids are random. */
const LEAST_COMMON = 4;
const MOST = 5;

/** The ids that an id may be a slip of: those that begin or end as it does, the likest first. */
export function nearIds(wanted: string, ids: readonly string[]): string[] {
  return ids
    .map((id) => ({ id, common: Math.max(commonStart(wanted, id), commonEnd(wanted, id)) }))
    .filter(({ common }) => common >= LEAST_COMMON)
    .sort((a, b) => b.common - a.common)
    .slice(0, MOST)
    .map(({ id }) => id);
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function commonEnd(a: string, b: string): number {
  return commonStart([...a].reverse().join(""), [...b].reverse().join(""));
}
