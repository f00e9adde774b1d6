import type { ArtifactPlace } from "../entities/file-info.ts";
import { MlrunsError } from "../errors.ts";
import type { ArtifactRepository } from "./artifact-repository.ts";
import { type LocalOptions, openLocal } from "./local.ts";

/** @throws MlrunsError NOT_IMPLEMENTED for the URI of a store that cannot be reached */
export async function openArtifacts(
  place: ArtifactPlace,
  options: LocalOptions = {},
): Promise<ArtifactRepository> {
  if (place.kind === "folder") return openLocal(place.folder, options);
  throw new MlrunsError("NOT_IMPLEMENTED", `Artifacts at '${place.uri}' cannot be read.`, {
    hint: "Only artifacts in the tree and in folders of this machine are supported.",
  });
}
