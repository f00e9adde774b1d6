/** Metrics that share a prefix such as `val/`. */
export interface Section {
  /** With its slash; empty for metrics without one. */
  readonly prefix: string;
  readonly metrics: readonly string[];
}

/** MLflow's prefix of machine metrics. */
export const SYSTEM_PREFIX = "system/";

const byName = new Intl.Collator("en", { numeric: true }).compare;

/** Groups metrics by their first prefix: those without one first, machine metrics last. */
export function sectionsOf(metrics: Iterable<string>): Section[] {
  const byPrefix = new Map<string, string[]>();
  for (const metric of metrics) {
    const prefix = metric.slice(0, metric.indexOf("/") + 1);
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), metric]);
  }
  return [...byPrefix]
    .map(([prefix, keys]) => ({ prefix, metrics: keys.sort(byName) }))
    .sort((a, b) => rank(a.prefix) - rank(b.prefix) || byName(a.prefix, b.prefix));
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

function rank(prefix: string): number {
  if (prefix === "") return 0;
  return prefix === SYSTEM_PREFIX ? 2 : 1;
}
