import type { JSX } from "preact";
import type { DataError } from "../data/errors.ts";
import { manifest } from "../data/live.ts";
import { nearIds } from "../run/near-ids.ts";
import { runHref, runsHref } from "../state/links.ts";
import { useRuns } from "../state/use-runs.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import { EmptyState } from "./EmptyState.tsx";

interface NoRunProps {
  readonly error: DataError;
  readonly experimentId: string;
  readonly runId: string;
}

/** No run has the id of the address: where was looked, and which ids are like it. */
export function NoRun({ error, experimentId, runId }: NoRunProps): JSX.Element {
  const { data: table } = useRuns([experimentId]);
  const roots = manifest.value?.roots.map(({ label }) => label).join(", ") ?? "";
  const near = table === null ? [] : nearIds(runId, table.runIds);
  return (
    <EmptyState title={error.message} icon="help" isPage>
      <p>{RUN_TEXTS.searched(roots)}</p>
      {near.length > 0 && (
        <>
          <p>{RUN_TEXTS.nearIds}</p>
          <ul>
            {near.map((id) => (
              <li key={id}>
                <a class="link mono" href={runHref(experimentId, id)}>
                  {id}
                </a>{" "}
                {table?.names[table.runIds.indexOf(id)]}
              </li>
            ))}
          </ul>
        </>
      )}
      {table !== null && (
        <a class="link" href={runsHref(experimentId)}>
          {RUN_TEXTS.toRuns}
        </a>
      )}
    </EmptyState>
  );
}
