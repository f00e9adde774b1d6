import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { ArtifactEntry, RunFile } from "../../lib/wire/data-files.ts";
import { iconOf } from "../artifacts/icons.ts";
import { imageRows, type RunImages } from "../artifacts/image-rows.ts";
import { artifactUrl, getArtifacts } from "../data/client.ts";
import { manifest } from "../data/live.ts";
import { getSomeRuns } from "../data/some-runs.ts";
import { useData } from "../data/use-data.ts";
import { runNameOf } from "../run/facts.ts";
import { runHref } from "../state/links.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { EmptyState, ErrorState } from "./EmptyState.tsx";
import { StepSlider } from "./StepSlider.tsx";
import { UnlistedRuns } from "./UnlistedRuns.tsx";
import "./ImageGrid.css";

const IMAGES = "images";

/** The pictures of some runs: a row for each thing that was pictured, a column a run, one slider for the step. */
export function ImageGrid({ runIds }: { runIds: readonly string[] }): JSX.Element {
  const { data, error } = useData<readonly LoadedRun[]>(
    JSON.stringify(["images", runIds]),
    async (signal) => {
      const { runs } = await getSomeRuns(runIds, signal);
      return await Promise.all(runs.map((run) => readImages(run, signal)));
    },
    (change) => change.runId === null || runIds.includes(change.runId),
  );
  const [chosen, setChosen] = useState<number | null>(null);
  const shown = (data ?? []).filter((run) => run.images.length > 0);
  const { rows, steps } = useMemo(() => imageRows(shown, chosen), [data, chosen]);
  if (data === null) {
    return error === null ? <div class="spacer" aria-busy="true" /> : <ErrorState error={error} />;
  }
  const runs = data.map(({ run }) => run);
  if (shown.length === 0) {
    const isUnlisted = runs.some((run) => run.artifacts.problem !== undefined);
    return isUnlisted ? (
      <UnlistedRuns runs={runs} />
    ) : (
      <EmptyState title={ARTIFACT_TEXTS.noImages} icon="image">
        <p>{ARTIFACT_TEXTS.noImagesHint}</p>
      </EmptyState>
    );
  }
  const step = chosen ?? steps.at(-1);
  return (
    <section class="image-grid" aria-label="Images">
      <UnlistedRuns runs={runs} />
      {steps.length > 1 && step !== undefined && (
        <StepSlider
          steps={steps}
          at={steps.indexOf(step)}
          onChoose={(at) => setChosen(steps[at] ?? null)}
        />
      )}
      <div class="image-grid-scroll">
        <table>
          <thead>
            <tr>
              <td />
              {shown.map(({ run }) => (
                <th key={run.info.runId} scope="col">
                  <a class="cut" href={runHref(run.info.experimentId, run.info.runId)}>
                    {runNameOf(run.info)}
                  </a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row" class="cut" title={row.key}>
                  {row.key}
                </th>
                {row.cells.map((cell, i) => (
                  <td key={shown[i]?.run.info.runId}>
                    {cell === null ? (
                      <span class="faint">{ARTIFACT_TEXTS.noImageAt}</span>
                    ) : (
                      <Cell
                        run={shown[i]?.run}
                        entry={cell.entry}
                        step={cell.step}
                        name={row.key}
                      />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cell(props: {
  run: RunFile | undefined;
  entry: ArtifactEntry;
  step: number | null;
  name: string;
}): JSX.Element | null {
  const { run, entry, step, name } = props;
  const data = manifest.value;
  if (run === undefined || data === null) return null;
  const { runId, experimentId } = run.info;
  return (
    <a href={runHref(experimentId, runId, "artifacts", entry.path)}>
      <img src={artifactUrl(data, runId, entry.path)} alt={name} loading="lazy" />
      {step !== null && <span class="faint">{step}</span>}
    </a>
  );
}

interface LoadedRun extends RunImages {
  readonly run: RunFile;
}

async function readImages(run: RunFile, signal: AbortSignal): Promise<LoadedRun> {
  const { files } = run.artifacts;
  const hasFolder = files.some((entry) => entry.isDir && entry.path === IMAGES);
  const logged = hasFolder ? (await getArtifacts(run.info.runId, IMAGES, { signal })).files : [];
  return { run, images: [...logged, ...files].filter(isPicture) };
}

function isPicture(entry: ArtifactEntry): boolean {
  return !entry.isDir && entry.published && iconOf(entry) === "image";
}
