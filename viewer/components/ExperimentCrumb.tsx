import type { JSX } from "preact";
import { findExperiment } from "../state/experiments.ts";
import { runsHref } from "../state/links.ts";

/** The way back to an experiment, at the top of what belongs to it. */
export function ExperimentCrumb({ experimentId }: { experimentId: string }): JSX.Element {
  return (
    <span class="page-crumb">
      <a href={runsHref(experimentId)}>{findExperiment(experimentId)?.name ?? experimentId}</a>/
    </span>
  );
}
