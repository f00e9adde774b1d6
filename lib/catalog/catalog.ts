import { statSync } from "node:fs";
import type { TreeProblem } from "../errors.ts";
import { metaPath, type RunRecord, readRun } from "../store/read-run.ts";
import { listRunPlaces } from "../store/runs.ts";
import { type RunPlace, type Scan, type Store, toProblem } from "../store/store.ts";
import { runPaths } from "../tree/layout.ts";
import { walkKeys } from "../tree/walk.ts";

/** File systems tell times to some milliseconds only: what changed this shortly before it was read may change again unseen. */
const RACY_MS = 2_000;

interface CachedRun {
  readonly signature: string;
  readonly record: RunRecord | undefined;
  readonly problems: readonly TreeProblem[];
  readonly isSettled: boolean;
}

/**
 * What was read from a tree, kept in memory: a run is read again when one of its files has another size or time. Never
 * the truth: dropping it loses nothing but time.
 */
export class Catalog {
  readonly #store: Store;
  readonly #runs = new Map<string, CachedRun>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Every run of an experiment as it is on disk now, with what could not be read. */
  readRuns(experimentId: string): Scan<RunRecord> {
    const found: RunRecord[] = [];
    const problems: TreeProblem[] = [];
    for (const place of listRunPlaces(this.#store, experimentId)) {
      const { record, problems: own } = this.#read(place);
      if (record !== undefined) found.push(record);
      problems.push(...own);
    }
    return { found, problems };
  }

  #read(place: RunPlace): CachedRun {
    const now = Date.now();
    const { signature, newest } = signatureOf(place);
    const cached = this.#runs.get(place.folder);
    if (cached?.isSettled && cached.signature === signature) return cached;
    const fresh = {
      signature,
      isSettled: now - newest > RACY_MS,
      ...readWhole(this.#store, place),
    };
    this.#runs.set(place.folder, fresh);
    return fresh;
  }
}

function readWhole(store: Store, place: RunPlace): Pick<CachedRun, "record" | "problems"> {
  try {
    const record = readRun(store, place);
    return { record, problems: record.problems };
  } catch (error) {
    return { record: undefined, problems: [toProblem(error, metaPath(store, place))] };
  }
}

/** Sizes and times of all files of a run but its artifacts. */
function signatureOf(place: RunPlace): { readonly signature: string; readonly newest: number } {
  const parts: string[] = [];
  let newest = 0;
  const add = (path: string): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    parts.push(stat === undefined ? "-" : `${stat.size} ${stat.mtimeMs}`);
    newest = Math.max(newest, stat?.mtimeMs ?? 0);
  };
  add(runPaths.meta(place.folder));
  for (const kind of ["metrics", "params", "tags", "inputs", "outputs"] as const) {
    for (const { key, path } of walkKeys(runPaths[kind](place.folder))) {
      parts.push(key);
      add(path);
    }
  }
  return { signature: parts.join("\n"), newest };
}
