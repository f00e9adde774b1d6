import { validateArtifactPath } from "../../entities/artifact-path.ts";

/** Where a server passes artifacts on. */
export const PROXY = "/api/2.0/mlflow-artifacts/artifacts";

/** Where the server takes an artifact by PUT. @param uri - the root, `mlflow-artifacts:/…` */
export function proxiedPath(uri: string, path: string): string | undefined {
  const root = proxiedRoot(uri);
  return root === undefined ? undefined : `${PROXY}/${encodePath(root, path)}`;
}

/** The path of a root of artifacts behind a server; undefined when it lies elsewhere. */
export function proxiedRoot(uri: string): string | undefined {
  return /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/i.exec(uri)?.[1]?.replace(/\/+$/, "");
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE for a path that leads out */
export function encodePath(root: string, path: string): string {
  validateArtifactPath(path);
  const parts = [root, path]
    .filter((part) => part !== "")
    .join("/")
    .split("/");
  return parts.map(encodeURIComponent).join("/");
}
