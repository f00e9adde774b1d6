import { plural } from "../format.ts";

/** Words of the list of experiments. */
export const EXPERIMENTS_TEXTS = {
  title: "Experiments",
  find: "Find experiments",
  name: "Name",
  runs: "Runs",
  running: "Running",
  failed: "Failed",
  models: "Models",
  traces: "Traces",
  lastRun: "Last run",
  created: "Created",
  select: (name: string): string => `Select ${name}`,
  openTogether: (count: number): string => `Open ${count} together`,
  openAll: "All runs in one table",
  showDeleted: "Deleted experiments",
  deleted: "deleted",
  recent: "Recent runs",
  none: "No experiments yet",
  noneHelp: (roots: string): string => `Looked for <id>/meta.yaml in ${roots}. Log a first run:`,
  noMatch: "No experiment has such a name",
  count: (shown: number, all: number): string => `${shown} of ${plural(all, "experiment")}`,
  root: "Root",
} as const;
