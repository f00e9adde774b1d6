import { MlrunsError } from "../errors.ts";
import {
  type Accessor,
  compileFilter,
  compileOrder,
  parseFilter,
  parseOrderBy,
  type RunQuery,
} from "../search/index.ts";
import { META_FILE } from "../tree/layout.ts";

/** Paths in the folder of a run, as in `Layout`. */
export type Paths = ReadonlySet<string>;

/**
 * What tells whether a query finds a run, and in which place: its meta.yaml, and of each key that the query names the file
 * and the folders above it, where a key shows that is new or gone.
 *
 * @returns undefined when it may be anything, as with datasets, or names, which may be those of a tag
 */
export function dependenceOf({
  filter,
  orderBy,
}: Pick<RunQuery, "filter" | "orderBy">): Paths | undefined {
  const paths = new Set([META_FILE]);
  let isAnything = false;
  const note = (path: string): (() => undefined) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      paths.add(path.slice(0, end));
    }
    return () => undefined;
  };
  const noteAll = (): void => {
    isAnything = true;
  };
  const recorder: Accessor<never> = {
    attribute: (name) => {
      if (name === "run_name") noteAll();
      return () => undefined;
    },
    metric: (key) => note(`metrics/${key}`),
    param: (key) => note(`params/${key}`),
    tag: (key) => note(`tags/${key}`),
    dataset: () => {
      noteAll();
      return () => [];
    },
  };
  try {
    compileFilter(parseFilter("runs", filter), recorder);
    compileOrder("runs", parseOrderBy("runs", orderBy), recorder);
  } catch (error) {
    // The search will say what is wrong.
    if (error instanceof MlrunsError) return undefined;
    throw error;
  }
  return isAnything ? undefined : paths;
}

/** Whether whoever has looked at some paths has looked at all that are needed. Undefined: no look, and the need of everything. */
export function includes(looked: Paths | undefined, needed: Paths | undefined): boolean {
  if (looked === undefined || needed === undefined) return false;
  for (const path of needed) if (!looked.has(path)) return false;
  return true;
}

/** The need of who will take any look. */
export const NOTHING: Paths = new Set();
