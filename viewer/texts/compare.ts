import { plural } from "../format.ts";
import type { ComparedKind } from "../table/compare.ts";

const KINDS: Readonly<Record<ComparedKind, string>> = {
  metrics: "Metrics",
  params: "Params",
  attributes: "Attributes",
  tags: "Tags",
  datasets: "Datasets",
  models: "Models",
};

/** Words of the compare page. */
export const COMPARE_TEXTS = {
  title: (count: number): string => `Compare ${plural(count, "run")}`,
  compare: "Compare",
  tabs: {
    values: "Values",
    curves: "Curves",
    parallel: "Parallel",
    scatter: "Scatter",
    artifacts: "Artifacts",
    images: "Images",
  },
  kinds: KINDS,
  addRuns: "Add runs by name, id or filter",
  onlyDifferences: "Only differences",
  ofRows: (some: number, all: number): string => `${some} of ${plural(all, "row")}`,
  baseline: "Baseline",
  show: "Show",
  deltas: { value: "Δ", share: "Δ %", both: "Both" },
  copyMarkdown: "Copy as Markdown",
  csv: "CSV",
  html: "HTML",
  htmlHelp: "HTML: one file that opens without a server, without users, sources and paths",
  copyLink: "Copy link",
  copied: "Copied the comparison",
  linkCopied: "Copied the link",
  notSet: "not set",
  differ: (some: number, all: number): string => `${some} of ${all} differ`,
  lastValue: ", last value",
  allSame: "all the same, hidden",
  rowsDiffer: (all: number): string => `of ${plural(all, "row")} differ`,
  tinted: "tinted: differs from the baseline",
  remove: (name: string): string => `Take ${name} out of the comparison`,
  makeBaseline: "Make baseline",
  nothing: "No runs to compare",
  nothingHelp: "Select two or more runs in a table, then Compare.",
  missing: (ids: string): string => `Not found: ${ids}`,
  noDifferences: "These runs do not differ",
  showAll: "Show all values",
  key: "Key",
  value: "Value",
} as const;
