import { readFile, stat } from "node:fs/promises";
import type { EndpointOptions } from "../registry.ts";
import { openSide } from "../sync/side.ts";
import { type SyncOptions, type SyncReport, syncSides } from "../sync/sync.ts";
import { parseManifestFile, printManifestFile } from "./manifest.ts";
import { openVersionSide } from "./version-side.ts";
import { findVersion, openVersions } from "./version-store.ts";

/** How the file is called that tells a version of the folder beside it. */
const MANIFEST_ENDING = ".manifest.jsonl";

/**
 * Brings the files of a version to a folder or a URI, of which only those are moved that are not there. Other files there
 * stay, unless `delete` is asked for.
 *
 * @param version - `HEAD`, `HEAD~1`, a tag, or the beginning of an id
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is no such version
 */
export async function restoreVersion(
  place: string,
  version: string,
  target: string,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const [from, to] = await Promise.all([
    openVersionSide(place, version, options.endpoints),
    openSide(target, options.endpoints),
  ]);
  return syncSides(from, to, options);
}

/** Whether a place that a user names is the manifest of a version, as a file of this machine. */
export async function isManifestFile(place: string): Promise<boolean> {
  if (!place.endsWith(MANIFEST_ENDING)) return false;
  return (await stat(place).catch(() => undefined))?.isFile() ?? false;
}

/** As `restoreVersion`, of the version that a manifest file tells. */
export async function restoreManifest(
  file: string,
  target: string,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const { uri, manifest } = parseManifestFile(await readFile(file), file);
  const [from, to] = await Promise.all([
    openVersionSide(uri, manifest, options.endpoints),
    openSide(target, options.endpoints),
  ]);
  return syncSides(from, to, options);
}

/** The path of the manifest file that belongs to a folder: beside it. */
export function manifestFileOf(folder: string): string {
  return `${folder.replace(/[\\/]+$/, "")}${MANIFEST_ENDING}`;
}

/**
 * Prints a version as a file that can be committed to git in place of the files that it tells.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
 */
export async function printVersion(
  place: string,
  version: string,
  { endpoints }: EndpointOptions = {},
): Promise<Buffer> {
  const store = await openVersions(place, endpoints);
  const { manifest } = findVersion((await store.readHistory()).history, version);
  return printManifestFile({ uri: store.name, manifest: await store.readManifest(manifest) });
}
