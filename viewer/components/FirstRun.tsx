import type { JSX } from "preact";
import { manifest } from "../data/live.ts";
import { findExperiment } from "../state/experiments.ts";
import "./FirstRun.css";

/**
 * How a first run is logged, from Python and from TypeScript: to the server of this page, which works from any folder and with
 * any version of MLflow, or to a folder where the server takes nothing.
 *
 * @param props.experimentId - the experiment that the run is for; the default one without it
 */
export function FirstRun({ experimentId }: { experimentId: string | undefined }): JSX.Element {
  const experiment = experimentId === undefined ? undefined : findExperiment(experimentId);
  const store = JSON.stringify(storeOf(experiment?.root ?? 0));
  // The default experiment needs no word.
  const name = experiment?.name === "Default" ? undefined : experiment?.name;
  return (
    <>
      <pre class="code-block">{pythonLines(store, name)}</pre>
      <pre class="code-block">{typeScriptLines(store, name)}</pre>
    </>
  );
}

function pythonLines(store: string, experiment: string | undefined): string {
  return [
    "import mlflow",
    "",
    `mlflow.set_tracking_uri(${store})`,
    ...(experiment === undefined ? [] : [`mlflow.set_experiment(${JSON.stringify(experiment)})`]),
    "with mlflow.start_run():",
    '    mlflow.log_param("lr", 0.01)',
    '    mlflow.log_metric("loss", 0.25, step=1)',
  ].join("\n");
}

function typeScriptLines(store: string, experiment: string | undefined): string {
  const name = experiment === undefined ? "" : `, experimentName: ${JSON.stringify(experiment)}`;
  return [
    'import { startRun } from "mlruns";',
    "",
    `await startRun({ trackingUri: ${store}${name} }, async (run) => {`,
    '  run.logParam("lr", "0.01");',
    '  run.logMetric("loss", 0.25, { step: 1 });',
    "});",
  ].join("\n");
}

/** Address of the server, as clients take it, or of a folder. */
function storeOf(root: number): string {
  const shown = manifest.value;
  if (shown?.mode !== "live" || shown.readOnly) return "./mlruns";
  const base = (shown.roots[root] ?? shown).apiBase ?? "";
  return new URL(base.replace(/ajax-api$/, ""), document.baseURI).href.replace(/\/$/, "");
}
