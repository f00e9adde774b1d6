import type { JSX } from "preact";
import "./FirstRun.css";

const PYTHON = `import mlflow

mlflow.set_tracking_uri("./mlruns")
with mlflow.start_run():
    mlflow.log_param("lr", 0.01)
    mlflow.log_metric("loss", 0.25, step=1)`;

const TYPESCRIPT = `import { startRun } from "mlruns";

await using run = await startRun();
run.logParam("lr", "0.01");
run.logMetric("loss", 0.25, { step: 1 });`;

/** How a first run is logged, from Python and from TypeScript. */
export function FirstRun(): JSX.Element {
  return (
    <>
      <pre class="code-block">{PYTHON}</pre>
      <pre class="code-block">{TYPESCRIPT}</pre>
    </>
  );
}
