import { plural } from "../format.ts";

/** Words of the health page. */
export const HEALTH_TEXTS = {
  title: "Health",
  root: "Root",
  rootNamed: (key: string): string => `Root ${key}`,
  unopened: "could not be opened",
  counts: (roots: number): string => (roots > 1 ? "In all roots" : "In the tree"),
  read: (age: string): string => `read ${age}`,
  problems: "What could not be read",
  problemsCount: (count: number): string => plural(count, "problem"),
  noProblems: "Every file could be read",
  mending: "checks every file, and with --fix mends what needs no guess; it says what it did.",
  path: "File",
  line: (line: number): string => `line ${line}`,
  message: "Why",
  fix: "What to do",
  duplicates: "Runs in more than one root",
  duplicatesHelp:
    "Each copy is a row of its own. Where two have gone on differently, a comparison shows how. To make one tree of two, there is mlruns merge.",
  more: (count: number): string => `and ${count} more`,
  moved: "Recorded where the tree lay before",
  movedHelp:
    "The tree was moved: these places are not there. The viewer reads the artifacts where they lie now; MLflow would not find them.",
  movedMending: "writes down where they are.",
  dead: "Runs that have probably died",
  deadHelp: "They say that they run, and have not written for more than ten minutes.",
  followed: {
    starting: "connecting",
    static: "static export",
    events: "followed live",
    polling: "asked every few seconds",
    lost: "the server does not answer",
  },
  refresh: "Read again",
  noChange: "To look at a tree changes nothing in it.",
} as const;
