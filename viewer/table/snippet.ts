/**
 * Code that reads the selected runs, to paste into a notebook or a script.
 *
 * @param idsByRoot - run ids by the path of their root
 */
export function snippet(
  language: "python" | "typescript",
  idsByRoot: ReadonlyMap<string, readonly string[]>,
): string {
  const isPython = language === "python";
  const roots = [...idsByRoot];
  const [only] = roots;
  if (roots.length === 1 && only !== undefined) {
    const [root, ids] = only;
    return (isPython ? PYTHON : TYPESCRIPT)(root, ids);
  }
  const listed = JSON.stringify(Object.fromEntries(roots), null, 2);
  return (isPython ? PYTHON_OF_SEVERAL : TYPESCRIPT_OF_SEVERAL)(listed);
}

type OfOne = (root: string, ids: readonly string[]) => string;

const PYTHON: OfOne = (root, ids) =>
  lines(
    "from mlflow import MlflowClient",
    "",
    `client = MlflowClient(${JSON.stringify(root)})`,
    `run_ids = ${JSON.stringify(ids, null, 2).replace(/\n\]$/, ",\n]")}`,
    "runs = [client.get_run(run_id) for run_id in run_ids]",
  );

const TYPESCRIPT: OfOne = (root, ids) =>
  lines(
    'import { MlrunsClient } from "mlruns";',
    "",
    `const client = new MlrunsClient(${JSON.stringify(root)});`,
    `const runIds = ${JSON.stringify(ids, null, 2)};`,
    "const runs = await Promise.all(runIds.map((runId) => client.getRun(runId)));",
  );

const PYTHON_OF_SEVERAL = (listed: string): string =>
  lines(
    "from mlflow import MlflowClient",
    "",
    `run_ids = ${listed}`,
    "runs = [",
    "    MlflowClient(root).get_run(run_id)",
    "    for root, ids in run_ids.items()",
    "    for run_id in ids",
    "]",
  );

const TYPESCRIPT_OF_SEVERAL = (listed: string): string =>
  lines(
    'import { MlrunsClient } from "mlruns";',
    "",
    `const runIds = ${listed};`,
    "const runs = await Promise.all(",
    "  Object.entries(runIds).flatMap(([root, ids]) => {",
    "    const client = new MlrunsClient(root);",
    "    return ids.map((runId) => client.getRun(runId));",
    "  }),",
    ");",
  );

function lines(...all: string[]): string {
  return `${all.join("\n")}\n`;
}
