/** Lines on one shared, ascending x, as uPlot wants them: undefined where a line has no point there, null at a gap. */
export interface Joined {
  readonly x: number[];
  readonly y: (number | null | undefined)[][];
}

/** Joins lines with ascending x. A line that repeats an x keeps all its points there, in their order. */
export function join(
  lines: readonly { readonly x: ArrayLike<number>; readonly y: ArrayLike<number | null> }[],
): Joined {
  const x: number[] = [];
  const y: (number | null | undefined)[][] = lines.map(() => []);
  const next = lines.map(() => 0);
  for (;;) {
    const at = leastNext(lines, next);
    if (at === undefined) return { x, y };
    lines.forEach((line, i) => {
      const place = next[i] as number;
      if (line.x[place] !== at) return;
      (y[i] as (number | null | undefined)[])[x.length] = line.y[place];
      next[i] = place + 1;
    });
    x.push(at);
    // Written so that arrays have no holes at their end: uPlot reads them by index.
    for (const column of y) if (column.length < x.length) column[x.length - 1] = undefined;
  }
}

function leastNext(
  lines: readonly { readonly x: ArrayLike<number> }[],
  next: readonly number[],
): number | undefined {
  let least: number | undefined;
  lines.forEach((line, i) => {
    const x = line.x[next[i] as number];
    if (x !== undefined && (least === undefined || x < least)) least = x;
  });
  return least;
}
