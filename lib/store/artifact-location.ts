import { mkdirSync } from "node:fs";
import { isAbsolute, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ArtifactPlace } from "../entities/file-info.ts";
import { META_FILE, runPaths } from "../tree/layout.ts";
import { entriesOf, isFile, isFolder } from "../tree/read.ts";
import { type RunPlace, rootSegment, type Store } from "./store.ts";

/**
 * The artifact location that a new experiment is given. It names no path of this machine, so that the tree can be
 * moved: `mlruns/<id>`, relative to the folder that holds the root. MLflow 1.x to 3.x read and propagate it.
 */
export function experimentLocation(store: Store, experimentId: string): string {
  return `${rootSegment(store)}/${experimentId}`;
}

/**
 * The artifact location of a new experiment below a root that the user chose: `<root>/<id>`. A local folder is made at
 * once: that it is there tells it from the folder of a tree that was moved, see `isElsewhere`.
 */
export function experimentLocationBelow(
  store: Store,
  artifactsRoot: string,
  experimentId: string,
): string {
  const location = `${artifactsRoot.replace(/\/+$/, "")}/${experimentId}`;
  const folder = localPath(store, location);
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  return location;
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
  const base = isOwnFolder(store, experimentId, location)
    ? experimentLocation(store, experimentId)
    : location.replace(/\/+$/, "");
  return `${base}/${relative}`;
}

/** Where the runs of an experiment keep their artifacts: its folder in the tree, another one, or another store. */
export function artifactPlaceOfExperiment(
  store: Store,
  experimentId: string,
  location: string,
): ArtifactPlace {
  const own: ArtifactPlace = { kind: "folder", folder: join(store.root, experimentId) };
  if (location === "" || PROXIED.test(location)) return own;
  const path = localPath(store, location);
  if (path === undefined) return { kind: "remote", uri: location };
  return isOwnFolder(store, experimentId, location) ? own : { kind: "folder", folder: path };
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
  if (uri === null || uri === "") return inTree;
  if (PROXIED.test(uri)) {
    const folder = join(proxyFolder(store), decoded(uri.replace(PROXIED, "")));
    return isFolder(folder) && isEmpty(inTree.folder) ? { kind: "folder", folder } : inTree;
  }
  const path = localPath(store, uri);
  if (endsWith(decoded(uri), tail)) {
    if (isForeign(uri)) return { kind: "remote", uri };
    const base = path?.slice(0, -tail.length + tail.indexOf("/"));
    return path !== undefined && base !== undefined && isElsewhere(store, base)
      ? { kind: "folder", folder: path }
      : inTree;
  }
  if (path === undefined) return { kind: "remote", uri };
  // A run of a location that the user chose has an empty folder in the tree, and at first no other.
  return isFolder(path) || isEmpty(inTree.folder) ? { kind: "folder", folder: path } : inTree;
}

/**
 * Whether an experiment records as the place of its artifacts a folder of a tree, which is not there: this tree was moved. We
 * read what lies in it, but MLflow finds nothing there, and writes there.
 */
export function isMovedAway(store: Store, experimentId: string, location: string): boolean {
  const path = localPath(store, location);
  if (path === undefined || path === join(store.root, experimentId)) return false;
  return endsWith(location, experimentId) && !isFolder(path);
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

/**
 * Folder beside the tree where `mlflow server` keeps the artifacts that it is sent, unless told otherwise. A tree that such
 * a server has written finds them there; our own server puts there what belongs to no run or model.
 */
export function proxyFolder(store: Store): string {
  return join(store.root, "..", "mlartifacts");
}

/** A URI that names a place of whatever server is asked. */
const PROXIED = /^mlflow-artifacts:(\/\/[^/]*)?\/*/i;

function isForeign(uri: string): boolean {
  return /^(?!file:)[a-zA-Z][a-zA-Z0-9+.-]+:/.test(uri);
}

function isEmpty(folder: string): boolean {
  return entriesOf(folder).length === 0;
}

/** Whether an experiment's artifact location is its folder in the tree, perhaps where the tree lay before it was moved. */
function isOwnFolder(store: Store, experimentId: string, location: string): boolean {
  const path = localPath(store, location);
  return path !== undefined && endsWith(location, experimentId) && !isElsewhere(store, path);
}

/** Whether the folder of an experiment's artifacts is there, but is no experiment of a tree: the user chose it. */
function isElsewhere(store: Store, folder: string): boolean {
  const isInTree = folder.startsWith(store.root + sep);
  return !isInTree && isFolder(folder) && !isFile(join(folder, META_FILE));
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
