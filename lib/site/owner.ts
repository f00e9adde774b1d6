import type { ArtifactRepository } from "../client/artifact-client.ts";
import type { ArtifactPlace } from "../entities/file-info.ts";
import type { SiteContext } from "./context.ts";

/** The artifacts of a run or of a logged model. */
export interface ArtifactOwner {
  readonly artifacts: ArtifactRepository;
  readonly place: ArtifactPlace;
  /** As the tree records it. */
  readonly recordedUri: string | null;
}

/**
 * Opens the artifacts that an id in a path of the viewer stands for: ids of logged models begin with `m-`.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
 */
export async function openOwner(
  { client }: Pick<SiteContext, "client">,
  ownerId: string,
): Promise<ArtifactOwner> {
  if (ownerId.startsWith("m-")) {
    const { artifactLocation } = await client.getLoggedModel(ownerId);
    return {
      artifacts: await client.openModelArtifacts(ownerId),
      place: client.artifactPlaceOfModel(ownerId),
      recordedUri: artifactLocation,
    };
  }
  // Not `getRun`, which reads every point that was logged.
  const info = await client.getRunInfo(ownerId);
  const place = client.artifactPlaceOf(info);
  return { artifacts: await client.openArtifacts(place), place, recordedUri: info.artifactUri };
}
