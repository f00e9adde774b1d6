import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ExperimentEntry } from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { getExperiments } from "../data/client.ts";
import { keepReading, type Loaded, NOTHING_YET } from "../data/reader.ts";

/** All experiments of the tree, deleted ones included. The frame and most pages need them, so they are read once. */
export const experiments: Signal<Loaded<readonly ExperimentEntry[]>> = signal(NOTHING_YET);

/** Active experiments, the one with the newest run first. */
export const activeExperiments: ReadonlySignal<readonly ExperimentEntry[]> = computed(() =>
  (experiments.value.data ?? [])
    .filter((experiment) => experiment.lifecycleStage === "active")
    .sort((a, b) => lastUse(b) - lastUse(a)),
);

export function startExperiments(): () => void {
  return keepReading<readonly ExperimentEntry[]>(
    async (abort) => (await getExperiments({ signal: abort })).experiments,
    // It counts runs by their state; what they log shows in times only.
    ({ what }) => what === "run" || "later",
    (update) => {
      experiments.value = update(experiments.peek());
    },
  );
}

export function findExperiment(experimentId: string): ExperimentEntry | undefined {
  return experiments.value.data?.find((experiment) => experiment.experimentId === experimentId);
}

/**
 * The experiments that an address names: one id, several with commas, or `all`. An id that the first root does not have, as
 * MLflow's clients print them, is another root's.
 */
export function experimentIdsOf(ids: string): string[] {
  if (ids !== "all")
    return ids
      .split(",")
      .filter((id) => id !== "")
      .map(inItsRoot);
  return activeExperiments.value.map((experiment) => experiment.experimentId);
}

function inItsRoot(id: string): string {
  const all = experiments.value.data ?? [];
  if (all.some(({ experimentId }) => experimentId === id)) return id;
  return all.find(({ experimentId }) => plainId(experimentId) === id)?.experimentId ?? id;
}

/** Name of an experiment; its id as long as that is not known. */
export function experimentName(experimentId: string): string {
  return findExperiment(experimentId)?.name ?? plainId(experimentId);
}

/** An experiment without runs counts from its creation; MLflow's empty `Default` comes last. */
function lastUse(experiment: ExperimentEntry): number {
  if (experiment.runCount === 0 && plainId(experiment.experimentId) === "0") return 0;
  return experiment.lastRunTime ?? experiment.creationTime ?? 1;
}
