import { compareMetricKeys } from "../table/columns.ts";

/** Metrics that share a prefix such as `val/`. */
export interface Section {
  /** With its slash; empty for metrics without one. */
  readonly prefix: string;
  readonly metrics: readonly string[];
}

/** MLflow's prefix of machine metrics. */
export const SYSTEM_PREFIX = "system/";

/** Groups metrics by their first prefix, in the order of the table's columns: validation first, machine metrics last. */
export function sectionsOf(metrics: Iterable<string>): Section[] {
  const byPrefix = new Map<string, string[]>();
  for (const metric of [...metrics].sort(compareMetricKeys)) {
    const prefix = metric.slice(0, metric.indexOf("/") + 1);
    const section = byPrefix.get(prefix);
    if (section === undefined) byPrefix.set(prefix, [metric]);
    else section.push(metric);
  }
  return [...byPrefix].map(([prefix, keys]) => ({ prefix, metrics: keys }));
}

/** Sections that a reader has put in an order come first, in that order. */
export function inOrder(
  sections: readonly Section[],
  order: readonly string[],
): readonly Section[] {
  const place = ({ prefix }: Section): number => {
    const at = order.indexOf(prefix);
    return at < 0 ? order.length : at;
  };
  return [...sections].sort((a, b) => place(a) - place(b));
}

/** The order with one section moved by a place among those that are shown. */
export function movedSection(
  shown: readonly string[],
  order: readonly string[],
  prefix: string,
  by: 1 | -1,
): string[] {
  const at = shown.indexOf(prefix);
  const to = at + by;
  if (at < 0 || to < 0 || to >= shown.length) return [...order];
  const moved = shown.filter((one) => one !== prefix);
  moved.splice(to, 0, prefix);
  // What another page shows keeps its place behind.
  return [...moved, ...order.filter((one) => !moved.includes(one))];
}

/** Whether a metric is meant by a search: words that it contains, or `/a regular expression/`. */
export function metricFilter(search: string): (metric: string) => boolean {
  const text = search.trim();
  const pattern = /^\/(.+)\/$/.exec(text)?.[1];
  if (pattern !== undefined) {
    const regex = compile(pattern);
    return (metric) => regex?.test(metric) ?? false;
  }
  const words = text.toLowerCase().split(/\s+/);
  return (metric) => words.every((word) => metric.toLowerCase().includes(word));
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "i");
  } catch {
    return undefined;
  }
}
