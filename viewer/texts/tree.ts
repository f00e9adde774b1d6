import { plural } from "../format.ts";

/** Words of the health page. */
export const TREE_TEXTS = {
  title: "Health",
  roots: "Roots",
  counts: "In the tree",
  experiments: "experiments",
  runs: "runs",
  models: "registered models",
  traces: "traces",
  read: (age: string): string => `read ${age}`,
  problems: "What could not be read",
  problemsCount: (count: number): string => plural(count, "problem"),
  noProblems: "Every file of the tree could be read",
  path: "File",
  line: (line: number): string => `line ${line}`,
  message: "Why",
  fix: "What to do",
  duplicates: "Runs in more than one root",
  duplicatesHelp: "The first root wins. Remove one of the copies.",
  followed: {
    starting: "connecting",
    static: "static export",
    events: "followed live",
    polling: "asked every few seconds",
    lost: "the server does not answer",
  },
  refresh: "Read again",
  noChange: "Nothing in the tree was changed: the viewer only reads.",
} as const;
