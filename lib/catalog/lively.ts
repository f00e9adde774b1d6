/** Each search looks at so many runs that are being written to. */
const MOST = 16;
/** A run that has not changed for so long is looked at with the others, ms. */
const QUIET_MS = 60_000;

/** The runs that others were last seen to write to. */
export class LivelyRuns {
  /** When each was last seen to change, in that order. */
  readonly #runs = new Map<string, { readonly experimentId: string; readonly at: number }>();

  note(experimentId: string, runId: string): void {
    this.#runs.delete(runId);
    this.#runs.set(runId, { experimentId, at: performance.now() });
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > MOST && oldest !== undefined) this.#runs.delete(oldest);
  }

  drop(runId: string): void {
    this.#runs.delete(runId);
  }

  of(experimentId: string): string[] {
    const since = performance.now() - QUIET_MS;
    for (const [runId, { at }] of this.#runs) if (at < since) this.#runs.delete(runId);
    return [...this.#runs].flatMap(([runId, run]) =>
      run.experimentId === experimentId ? runId : [],
    );
  }
}
