/** Hashes of the viewer's pages: MLflow's own routes, so that links which its clients print work here. */

import { address, formatHash, formatList } from "./url.ts";

export function experimentsHref(): string {
  return "#/";
}

/** @param experimentIds - one, several, or `all` */
export function runsHref(
  experimentIds: string | readonly string[],
  query: Readonly<Record<string, string>> = {},
): string {
  const ids = typeof experimentIds === "string" ? experimentIds : experimentIds.join(",");
  return formatHash(address(["experiments", ids], Object.entries(query)));
}

export type RunTab = "overview" | "metrics" | "system" | "artifacts" | "models" | "traces";

/** @param artifactPath - of a file or folder, with the tab `artifacts` */
export function runHref(
  experimentId: string,
  runId: string,
  tab: RunTab = "overview",
  artifactPath = "",
): string {
  const folders = artifactPath === "" ? [] : artifactPath.split("/");
  const rest = tab === "overview" ? [] : [tab, ...folders];
  return formatHash(address(["experiments", experimentId, "runs", runId, ...rest]));
}

export function compareHref(
  runIds: readonly string[],
  experimentIds: readonly string[],
  query: Readonly<Record<string, string>> = {},
): string {
  return formatHash(
    address(
      ["compare-runs"],
      [
        ["runs", formatList(runIds)],
        ["experiments", formatList(experimentIds)],
        ...Object.entries(query),
      ],
    ),
  );
}

export function metricHref(
  key: string,
  runIds: readonly string[],
  experimentIds: readonly string[],
): string {
  return formatHash(
    address(
      ["metric", key],
      [
        ["runs", formatList(runIds)],
        ["experiments", formatList(experimentIds)],
      ],
    ),
  );
}

export function modelsHref(): string {
  return "#/models";
}

export function modelHref(name: string): string {
  return formatHash(address(["models", name]));
}

export function modelVersionHref(name: string, version: string): string {
  return formatHash(address(["models", name, "versions", version]));
}

export function loggedModelsHref(experimentId: string): string {
  return formatHash(address(["experiments", experimentId, "models"]));
}

export function loggedModelHref(experimentId: string, modelId: string): string {
  return formatHash(address(["experiments", experimentId, "models", modelId]));
}

/** @param path - of a file or folder; the root by default */
export function loggedModelArtifactHref(experimentId: string, modelId: string, path = ""): string {
  const folders = path === "" ? [] : path.split("/");
  const rest = ["models", modelId, "artifacts", ...folders];
  return formatHash(address(["experiments", experimentId, ...rest]));
}

export function tracesHref(experimentId: string): string {
  return formatHash(address(["experiments", experimentId, "traces"]));
}

export function traceHref(experimentId: string, traceId: string): string {
  return formatHash(address(["experiments", experimentId, "traces", traceId]));
}

export function treeHref(): string {
  return "#/tree";
}
