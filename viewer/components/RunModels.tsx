import type { JSX } from "preact";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { loggedModelHref, modelVersionHref } from "../state/links.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import { EmptyState } from "./EmptyState.tsx";

/** Models that a run made, used or registered. */
export function RunModels({ run }: { run: RunFile }): JSX.Element {
  const { loggedModels, modelVersions, inputs, outputs, info } = run;
  const roleOf = new Map([
    ...inputs.modelInputs.map(({ modelId }) => [modelId, RUN_TEXTS.input] as const),
    ...outputs.modelOutputs.map(
      ({ modelId, step }) =>
        [modelId, `${RUN_TEXTS.output}, ${RUN_TEXTS.step0(String(step))}`] as const,
    ),
  ]);
  if (loggedModels.length + modelVersions.length === 0) {
    return (
      <EmptyState title={RUN_TEXTS.noModels} icon="box">
        <p>{RUN_TEXTS.noModelsHint}</p>
      </EmptyState>
    );
  }
  return (
    <div class="page-body">
      <ul class="row-list">
        {loggedModels.map((model) => (
          <li key={model.modelId} class="row-list-row">
            <a class="link cut" href={loggedModelHref(info.experimentId, model.modelId)}>
              {model.name}
            </a>
            <span class="mono faint cut">{plainId(model.modelId)}</span>
            <span class="faint">{roleOf.get(plainId(model.modelId))}</span>
          </li>
        ))}
        {modelVersions.map(({ id, name, version }) => (
          <li key={`${name} ${version}`} class="row-list-row">
            <a class="link cut" href={modelVersionHref(id, version)}>
              {name}
            </a>
            <span>{RUN_TEXTS.registeredAs(version)}</span>
            <span class="faint">{RUN_TEXTS.registered}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
