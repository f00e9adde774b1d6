import { invalidParameter } from "../errors.ts";
import { posixNormal, pythonQuote } from "./validate.ts";

/**
 * Checks a path below an artifact root: relative, in normal form, never upwards. The empty path is the root itself.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 * @see MLflow 3.17 `mlflow.store.artifact.artifact_repo.verify_artifact_path`
 */
export function validateArtifactPath(path: string): void {
  if (path === "") return;
  const isSafe =
    posixNormal(path) === path &&
    path !== "." &&
    !path.startsWith("/") &&
    !path.split("/").includes("..") &&
    !/^[a-zA-Z]:|[\\\0]/.test(path);
  if (isSafe) return;
  throw invalidParameter(
    `Invalid artifact path: ${pythonQuote(path)}. Names may be treated as files in certain cases, and must not resolve to` +
      ` other names when treated as such. This name would resolve to ${pythonQuote(posixNormal(path))}`,
  );
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
