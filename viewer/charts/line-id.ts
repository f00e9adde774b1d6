/** How a run that is pointed at in one chart is found in the others. */

/** Names a line of a chart of several metrics; the lines of other charts are named by their run, or group, alone. */
export function lineId(owner: string, metric: string): string {
  // Neither ids nor keys have line breaks.
  return `${owner}\n${metric}`;
}

/** The run, or the group, of a line. */
export function ownerOf(id: string): string {
  return id.split("\n", 1)[0] ?? id;
}

/** The metric of a line of a chart of several; undefined where it is that of the chart. */
export function metricOf(id: string): string | undefined {
  const mark = id.indexOf("\n");
  return mark < 0 ? undefined : id.slice(mark + 1);
}

/** Of some lines the one that is pointed at, here or in another chart: itself, or the first of the same run. */
export function hotLine(ids: readonly string[], hot: string | null | undefined): string | null {
  if (hot === null || hot === undefined) return null;
  if (ids.includes(hot)) return hot;
  return ids.find((id) => ownerOf(id) === ownerOf(hot)) ?? null;
}
