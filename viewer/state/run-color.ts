const COLORS = 20;

/** Of a run on every page, from 1 to 20: the classes `.r1` to `.r20` and the tokens `--run-1` to `--run-20`. */
export function runColor(runId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < runId.length; i++) {
    hash = Math.imul(hash ^ runId.charCodeAt(i), 0x01000193);
  }
  return ((hash >>> 0) % COLORS) + 1;
}

/** Class that sets `--c` to the run's colour. */
export function runColorClass(runId: string): string {
  return `r${runColor(runId)}`;
}
