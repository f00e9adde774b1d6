import { mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { invalidParameter, MlrunsError, notFound, type TreeProblem } from "../errors.ts";
import { Appender, type AppenderOptions } from "../tree/append.ts";
import { isExperimentFolder, META_FILE, REGISTRY_FOLDER, TRASH_FOLDER } from "../tree/layout.ts";
import { isFile, listFolders } from "../tree/read.ts";
import { type TouchedRuns, touchedRunsOf } from "./touched.ts";

/** Where a run lies. */
export interface RunPlace {
  readonly runId: string;
  readonly experimentId: string;
  readonly inTrash: boolean;
  readonly folder: string;
}

/** Where a logged model lies. */
export interface LoggedModelPlace {
  readonly modelId: string;
  readonly experimentId: string;
  readonly folder: string;
}

/** An open tree: its root and what is kept between calls. */
export interface Store {
  /** Absolute path of the `mlruns` folder. */
  readonly root: string;
  readonly appender: Appender;
  /** Where runs were last found. Checked on use: another process may move them. */
  readonly places: Map<string, RunPlace>;
  /** As `places`, of logged models. */
  readonly modelPlaces: Map<string, LoggedModelPlace>;
  /** When a run was last seen to be active, ms since the epoch: logging a point does not read meta.yaml each time. */
  readonly seenActive: Map<string, number>;
  readonly touched: TouchedRuns;
}

/** What a scan found, and what it could not read on the way. */
export interface Scan<Item> {
  readonly found: readonly Item[];
  readonly problems: readonly TreeProblem[];
}

/** Opens a tree without looking at it. Nothing is written before the first entity is. */
export function openStore(root: string, options: AppenderOptions = {}): Store {
  return {
    root: resolve(root),
    appender: new Appender(options),
    places: new Map(),
    modelPlaces: new Map(),
    seenActive: new Map(),
    touched: touchedRunsOf(resolve(root)),
  };
}

/** What stands in a root of which the making was cut off: a lock, say. */
function isBeginning(name: string): boolean {
  return name === TRASH_FOLDER || name.startsWith(".mlruns-");
}

/**
 * Makes sure that `root` is a folder that can be read as a tree: an mlruns tree, or empty.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST or INVALID_PARAMETER_VALUE, with a hint where the tree may be
 */
export function checkRoot(root: string): void {
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw notFound(`'${root}' does not exist.`, {
      hint: "Give the path of an mlruns folder; the first run that is logged creates ./mlruns.",
    });
  }
  if (!stat.isDirectory()) throw invalidParameter(`'${root}' is not a directory.`);
  if (isTree(root) || readdirSync(root).every(isBeginning)) return;
  const inside = listFolders(root).find((name) => isTree(join(root, name)));
  throw invalidParameter(
    `'${root}' is not an mlruns tree: no folder in it has an experiment's ${META_FILE}.`,
    {
      hint:
        inside === undefined
          ? "Give the path of an mlruns folder."
          : `Did you mean '${join(root, inside)}'?`,
    },
  );
}

function isTree(folder: string): boolean {
  const names = listFolders(folder);
  return (
    names.includes(TRASH_FOLDER) ||
    names.some((name) => isExperimentFolder(name) && isFile(join(folder, name, META_FILE))) ||
    (names.includes(REGISTRY_FOLDER) &&
      listFolders(join(folder, REGISTRY_FOLDER)).some((name) =>
        isFile(join(folder, REGISTRY_FOLDER, name, META_FILE)),
      ))
  );
}

/**
 * Creates the root with its `.trash`, when it is missing or empty. A tree that is there is left as it is.
 *
 * @returns whether it was made
 */
export function createRoot(store: Store): boolean {
  const isThere = statSync(store.root, { throwIfNoEntry: false }) !== undefined;
  if (isThere && readdirSync(store.root).length > 0) return false;
  mkdirSync(join(store.root, TRASH_FOLDER), { recursive: true });
  return true;
}

/** Folder of the experiment that a run lies in, also in the trash. */
export function experimentFolderOf(place: RunPlace): string {
  return dirname(place.folder);
}

/** The form of a path that problems and messages carry: relative to the root, separated by `/`. */
export function treePath(store: Store, path: string): string {
  const { root } = store;
  // `relative` costs as much as reading a small file.
  if (path.startsWith(root) && path[root.length] === sep) {
    const rest = path.slice(root.length + 1);
    return sep === "/" ? rest : rest.replaceAll(sep, "/");
  }
  return relative(store.root, path).split(sep).join("/");
}

/** Name of the root folder, with which relative artifact URIs begin. `%` is escaped: MLflow decodes plain paths. */
export function rootSegment(store: Store): string {
  return basename(store.root).replaceAll("%", "%25");
}

/** Runs `read`; what it throws for a broken file becomes a problem. Bugs are thrown on. */
export function collecting<Value>(
  store: Store,
  path: string,
  problems: TreeProblem[],
  read: () => Value,
): Value | undefined {
  try {
    return read();
  } catch (error) {
    problems.push(toProblem(error, treePath(store, path)));
    return undefined;
  }
}

/** A system error (no permission, a link to nowhere) or a parser's error as a problem of the file. */
export function toProblem(error: unknown, path: string): TreeProblem {
  if (error instanceof MlrunsError) {
    const line = error.line === undefined ? {} : { line: error.line };
    return { path: error.path ?? path, ...line, message: error.message };
  }
  if (error instanceof Error && "code" in error) return { path, message: systemMessage(error) };
  throw error;
}

function systemMessage(error: Error & { code?: unknown }): string {
  switch (error.code) {
    case "ENOENT":
      return "The file is missing, or is a link that leads nowhere";
    case "EACCES":
    case "EPERM":
      return "No permission to read the file";
    case "EISDIR":
      return "A folder lies where a file should be";
    default:
      return `The file cannot be read (${String(error.code)})`;
  }
}
