import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ExperimentEntry } from "../../lib/wire/data-files.ts";
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
    () => true,
    (update) => {
      experiments.value = update(experiments.peek());
    },
  );
}

export function findExperiment(experimentId: string): ExperimentEntry | undefined {
  return experiments.value.data?.find((experiment) => experiment.experimentId === experimentId);
}

/** The experiments that an address names: one id, several with commas, or `all`. */
export function experimentIdsOf(ids: string): string[] {
  if (ids !== "all") return ids.split(",").filter((id) => id !== "");
  return activeExperiments.value.map((experiment) => experiment.experimentId);
}

/** An experiment without runs counts from its creation; MLflow's empty `Default` comes last. */
function lastUse(experiment: ExperimentEntry): number {
  if (experiment.runCount === 0 && experiment.experimentId === "0") return 0;
  return experiment.lastRunTime ?? experiment.creationTime ?? 1;
}
