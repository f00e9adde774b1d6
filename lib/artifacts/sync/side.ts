import { realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { compareText } from "../../entities/record.ts";
import { invalidParameter, notFound } from "../../errors.ts";
import type {
  ArtifactFile,
  ArtifactRepository,
  VersionedRepository,
} from "../artifact-repository.ts";
import { type Endpoints, openArtifacts } from "../registry.ts";
import { schemeOf } from "../uri.ts";

/** One of the two places that are compared. */
export interface Side {
  /** As messages name it: an absolute path or a URI. */
  readonly name: string;
  /** Undefined for a place that is not on this machine. */
  readonly folder: string | undefined;
  /** Of a place that can be opened by it alone; undefined for a folder, and for a version of a place. */
  readonly uri?: string;
  readonly endpoints?: Endpoints;
  readonly artifacts: ArtifactRepository;
}

/** A side that is a folder or a URI itself, not a version of one. */
export interface OpenedSide extends Side {
  readonly artifacts: VersionedRepository;
}

/**
 * Every file of some files and folders of a side, in the byte order of their paths; of all of it without any. The rest is
 * not listed.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for paths that lie in one another
 */
export async function* listPaths(
  { artifacts }: Side,
  paths: readonly string[] | undefined,
): AsyncGenerator<ArtifactFile> {
  if (paths === undefined) return yield* artifacts.list("");
  const wanted = [...new Set(paths.map((path) => path.replace(/\/+$/, "")))];
  for (const path of wanted) {
    const inner = wanted.find((other) => other.startsWith(`${path}/`));
    if (inner !== undefined) throw invalidParameter(`'${inner}' lies in '${path}': name one.`);
  }
  const found = (await Promise.all(wanted.map((path) => artifacts.find(path)))).filter(
    (file) => file !== undefined,
  );
  const key = ({ path, isDir }: ArtifactFile): string => (isDir ? `${path}/` : path);
  for (const file of found.sort((a, b) => compareText(key(a), key(b)))) {
    if (file.isDir) yield* artifacts.list(file.path);
    else yield file;
  }
}

/**
 * Opens a folder of this machine or any URI.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, NOT_IMPLEMENTED, FEATURE_DISABLED
 */
export async function openSide(place: string, endpoints?: Endpoints): Promise<OpenedSide> {
  if (place === "") throw invalidParameter("A folder or a URI is missing.");
  const scheme = schemeOf(place);
  if (scheme !== undefined && scheme !== "file:") {
    const artifacts = await openArtifacts({ kind: "remote", uri: place }, { endpoints });
    const uri = place.replace(/\/+$/, "");
    return { name: uri, folder: undefined, uri, endpoints, artifacts };
  }
  const folder = scheme === undefined ? resolve(place) : fileURLToPath(place);
  return { name: folder, folder, artifacts: await openArtifacts({ kind: "folder", folder }) };
}

/** A source that is not there is a mistake in its name, not an order to do nothing. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export async function checkFolder({ folder, name }: Side): Promise<void> {
  if (folder === undefined) return;
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw notFound(`No such folder: '${name}'`);
}

/**
 * Each run would copy what the one before has copied, and deleting would remove the source. rclone refuses it as well.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when one place lies in the other
 */
export async function checkApart(from: Side, to: Side): Promise<void> {
  const [a, b] = await Promise.all([placeOf(from), placeOf(to)]);
  if (a === b || !(a.startsWith(b) || b.startsWith(a))) return;
  const [inner, outer] = a.length > b.length ? [from, to] : [to, from];
  throw invalidParameter(`'${inner.name}' lies in '${outer.name}'.`, {
    hint: "Name two places that lie apart.",
  });
}

/** With a separator at its end, and where links lead to. */
async function placeOf({ folder, name }: Side): Promise<string> {
  if (folder === undefined) return `${name}/`;
  const real = await realpath(folder).catch(() => folder);
  return real.endsWith(sep) ? real : real + sep;
}
