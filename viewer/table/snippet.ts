/** Code that reads the selected runs, to paste into a notebook or a script. */
export function snippet(language: "python" | "typescript", runIds: readonly string[]): string {
  const ids = JSON.stringify(runIds, null, 2);
  if (language === "python") {
    return [
      "from mlflow import MlflowClient",
      "",
      'client = MlflowClient("./mlruns")',
      `run_ids = ${ids.replace(/\n\]$/, ",\n]")}`,
      "runs = [client.get_run(run_id) for run_id in run_ids]",
      "",
    ].join("\n");
  }
  return [
    'import { MlrunsClient } from "mlruns";',
    "",
    'const client = new MlrunsClient("./mlruns");',
    `const runIds = ${ids};`,
    "const runs = await Promise.all(runIds.map((runId) => client.getRun(runId)));",
    "",
  ].join("\n");
}
