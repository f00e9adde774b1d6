import type { JSX } from "preact";
import { experimentName, findExperiment } from "../state/experiments.ts";
import { runsHref } from "../state/links.ts";
import { RootLabel } from "./RootLabel.tsx";

/** The way back to an experiment, at the top of what belongs to it. */
export function ExperimentCrumb({ experimentId }: { experimentId: string }): JSX.Element {
  return (
    <>
      <RootLabel root={findExperiment(experimentId)?.root} />
      <span class="page-crumb">
        <a href={runsHref(experimentId)}>{experimentName(experimentId)}</a>/
      </span>
    </>
  );
}
