interface Touched {
  /** The clock when it was last written to. */
  at: number;
}

/** Which runs of a tree this process has written to, through whichever store. */
export class TouchedRuns {
  #clock = 0;
  readonly #runs = new Map<string, Map<string, Touched>>();

  /** Notes that a run is about to be written to. Called for every point that is logged, so it makes no objects as a rule. */
  add(experimentId: string, runId: string): void {
    const known = this.#runs.get(experimentId)?.get(runId);
    if (known !== undefined) known.at = this.#clock;
    else this.#addNew(experimentId, runId);
  }

  /** The time now: whatever is written from now on is written since then. */
  now(): number {
    return ++this.#clock;
  }

  /** Ids of the runs of an experiment that were written to since `time`; 0 is the beginning. */
  since(experimentId: string, time: number): string[] {
    const found: string[] = [];
    for (const [runId, { at }] of this.#runs.get(experimentId) ?? []) {
      if (at >= time) found.push(runId);
    }
    return found;
  }

  #addNew(experimentId: string, runId: string): void {
    const runs = this.#runs.get(experimentId) ?? new Map<string, Touched>();
    this.#runs.set(experimentId, runs.set(runId, { at: this.#clock }));
  }
}

const ofRoots = new Map<string, TouchedRuns>();

/** The one of a root: all stores of a process that are open on it share it. */
export function touchedRunsOf(root: string): TouchedRuns {
  const known = ofRoots.get(root) ?? new TouchedRuns();
  ofRoots.set(root, known);
  return known;
}
