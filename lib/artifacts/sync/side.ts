import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { invalidParameter } from "../../errors.ts";
import type { ArtifactRepository } from "../artifact-repository.ts";
import { openArtifacts } from "../registry.ts";
import { schemeOf } from "../uri.ts";

/** One of the two places that are compared. */
export interface Side {
  /** As messages name it: an absolute path or a URI. */
  readonly name: string;
  /** Undefined for a place that is not on this machine. */
  readonly folder: string | undefined;
  readonly artifacts: ArtifactRepository;
}

/**
 * Opens a folder of this machine or any URI.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, NOT_IMPLEMENTED, FEATURE_DISABLED
 */
export async function openSide(place: string): Promise<Side> {
  if (place === "") throw invalidParameter("A folder or a URI is missing.");
  const scheme = schemeOf(place);
  if (scheme !== undefined && scheme !== "file:") {
    const artifacts = await openArtifacts({ kind: "remote", uri: place });
    return { name: place.replace(/\/+$/, ""), folder: undefined, artifacts };
  }
  const folder = scheme === undefined ? resolve(place) : fileURLToPath(place);
  return { name: folder, folder, artifacts: await openArtifacts({ kind: "folder", folder }) };
}
