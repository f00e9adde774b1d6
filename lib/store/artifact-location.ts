import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ArtifactPlace } from "../entities/file-info.ts";
import { runPaths } from "../tree/layout.ts";
import { isFolder } from "../tree/read.ts";
import { type RunPlace, rootSegment, type Store } from "./store.ts";

/**
 * The artifact location that a new experiment is given. It names no path of this machine, so that the tree can be
 * moved: `mlruns/<id>`, relative to the folder that holds the root. MLflow 1.x to 3.x read and propagate it.
 */
export function experimentLocation(store: Store, experimentId: string): string {
  return `${rootSegment(store)}/${experimentId}`;
}

/**
 * The artifact URI of a new run or logged model: `<location>/<relative>`, where `relative` is such as `<run id>/artifacts`.
 * A location that MLflow wrote for this very experiment as an absolute path gives the relative form all the same:
 * the tree may have been moved since, and MLflow would write to the old place.
 */
export function newArtifactUri(
  store: Store,
  experimentId: string,
  location: string,
  relative: string,
): string {
  const isOwnFolder = localPath(store, location) !== undefined && endsWith(location, experimentId);
  const base = isOwnFolder ? experimentLocation(store, experimentId) : location.replace(/\/+$/, "");
  return `${base}/${relative}`;
}

/**
 * Finds the artifacts of a run or logged model: by structure first, by the recorded URI only when that names another
 * store or a folder outside of the tree. So the artifacts of a tree that was moved are found.
 *
 * @param folder - folder of the run or model
 * @param tail - how the URI of artifacts in their usual place ends: `<experiment>/<run>/artifacts`
 */
export function findArtifacts(
  store: Store,
  folder: string,
  tail: string,
  uri: string | null,
): ArtifactPlace {
  const inTree: ArtifactPlace = { kind: "folder", folder: runPaths.artifacts(folder) };
  if (uri === null || uri === "" || endsWith(decoded(uri), tail))
    return isForeign(uri) ? { kind: "remote", uri } : inTree;
  const path = localPath(store, uri);
  if (path === undefined) return { kind: "remote", uri };
  return isFolder(path) || !isFolder(inTree.folder) ? { kind: "folder", folder: path } : inTree;
}

/** Finds the artifacts of a run. @param uri - as its meta.yaml records it */
export function artifactPlaceOfRun(
  store: Store,
  place: RunPlace,
  uri: string | null,
): ArtifactPlace {
  return findArtifacts(store, place.folder, `${place.experimentId}/${place.runId}/artifacts`, uri);
}

/** The local path that a URI names, undefined for the schemes of other stores. Relative ones start beside the root. */
export function localPath(store: Store, uri: string): string | undefined {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return fromBesideRoot(store, decoded(uri));
  if (scheme !== "file") return undefined;
  if (!uri.startsWith("file:/")) return fromBesideRoot(store, decoded(uri.slice("file:".length)));
  try {
    return fileURLToPath(uri.replace(/^file:\/\/(localhost)?(?=\/)/i, "file://"));
  } catch {
    // A host other than localhost, as in `file://./mlruns`: MLflow reads the rest as a path.
    return decoded(uri.replace(/^file:\/\/[^/]*/i, ""));
  }
}

/** Proxied URIs name a place that the tree's own server keeps below the tree: they are not foreign. */
function isForeign(uri: string | null): uri is string {
  return uri !== null && /^(?!file:|mlflow-artifacts:)[a-zA-Z][a-zA-Z0-9+.-]+:/.test(uri);
}

function fromBesideRoot(store: Store, path: string): string {
  return isAbsolute(path) ? resolve(path) : join(store.root, "..", path);
}

function endsWith(location: string, tail: string): boolean {
  return `/${location.replace(/\/+$/, "")}`.endsWith(`/${tail}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
