import { AsyncLocalStorage } from "node:async_hooks";
import type { ActiveRun } from "./active-run.ts";

const runs = new AsyncLocalStorage<ActiveRun>();

/** Runs `body` with a run that `currentRun` gives, also in what `body` starts. */
export function withRun<Result>(run: ActiveRun, body: (run: ActiveRun) => Result): Result {
  return runs.run(run, () => body(run));
}

/** The run of the innermost `startRun` with a function that we are in; undefined outside of one. */
export function currentRun(): ActiveRun | undefined {
  return runs.getStore();
}
