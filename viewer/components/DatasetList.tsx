import type { JSX } from "preact";
import type { DatasetInput } from "../../lib/entities/dataset.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import "./DatasetList.css";

/** The datasets that a run read, with what is known of their columns. */
export function DatasetList({ inputs }: { inputs: readonly DatasetInput[] }): JSX.Element {
  return (
    <ul class="block-list">
      {inputs.map(({ dataset, tags }) => {
        const context = tags["mlflow.data.context"];
        return (
          <li key={`${dataset.name} ${dataset.digest} ${context}`} class="dataset">
            <span>
              {dataset.name} <span class="mono faint">{dataset.digest}</span>
              {context !== undefined && <span class="faint"> {context}</span>}
            </span>
            <Facts name={RUN_TEXTS.schema} json={dataset.schema} />
            <Facts name={RUN_TEXTS.profile} json={dataset.profile} />
            <Facts name={`${RUN_TEXTS.source}, ${dataset.sourceType}`} json={dataset.source} />
          </li>
        );
      })}
    </ul>
  );
}

function Facts({ name, json }: { name: string; json: string | null }): JSX.Element | null {
  if (json === null || json === "" || json === "null") return null;
  return (
    <details>
      <summary class="muted">{name}</summary>
      <pre class="dataset-json">{pretty(json)}</pre>
    </details>
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
