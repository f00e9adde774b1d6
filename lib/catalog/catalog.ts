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
  /** Per experiment, the folders of its runs when it was last read. */
  readonly #listings = new Map<string, string>();
  readonly #versions = new Map<string, number>();
  readonly #changed = new Map<string, Set<string>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Every run of an experiment as it is on disk now, with what could not be read. */
  readRuns(experimentId: string): Scan<RunRecord> {
    const found: RunRecord[] = [];
    const problems: TreeProblem[] = [];
    const places = listRunPlaces(this.#store, experimentId);
    for (const place of places) {
      const { record, problems: own } = this.#read(place);
      if (record !== undefined) found.push(record);
      problems.push(...own);
    }
    const listing = places.map(({ runId }) => runId).join(" ");
    if (this.#listings.get(experimentId) !== listing) this.#noteChange(experimentId);
    this.#listings.set(experimentId, listing);
    return { found, problems };
  }

  /** Grows with every change that `readRuns` has met in the experiment. */
  version(experimentId: string): number {
    return this.#versions.get(experimentId) ?? 0;
  }

  /** What `readRuns` has met since this was last asked: experiments, and the runs in them that were read again. */
  takeChanges(): { readonly experimentId: string; readonly runIds: readonly string[] }[] {
    const changes = [...this.#changed].map(([experimentId, runIds]) => ({
      experimentId,
      runIds: [...runIds],
    }));
    this.#changed.clear();
    return changes;
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
    if (cached?.signature !== signature) this.#noteChange(place.experimentId, place.runId);
    return fresh;
  }

  #noteChange(experimentId: string, runId?: string): void {
    this.#versions.set(experimentId, this.version(experimentId) + 1);
    const runIds = this.#changed.get(experimentId) ?? new Set();
    if (runId !== undefined) runIds.add(runId);
    this.#changed.set(experimentId, runIds);
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
