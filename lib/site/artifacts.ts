import { MlrunsError } from "../errors.ts";
import type { ArtifactsFile } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";
import { openOwner } from "./owner.ts";

/** `data/artifacts/<run or model>/<folder>.json`: what lies directly in a folder of artifacts. */
export async function makeArtifacts(
  context: SiteContext,
  ownerId: string,
  folder: string,
): Promise<ArtifactsFile> {
  const { artifacts, place, recordedUri } = await openOwner(context, ownerId);
  const shown = {
    path: folder,
    source: place.kind === "folder" ? "tree" : (place.uri.split(":")[0] ?? "remote"),
    ...(context.mode === "live" && recordedUri !== null && { recordedUri }),
  };
  try {
    const files = await artifacts.listFolder(folder);
    return {
      ...shown,
      files: files.map(({ path, isDir, fileSize, modified }) => ({
        path,
        isDir,
        fileSize,
        modified,
        published: isDir || context.isPublished(context.id(ownerId), path, fileSize ?? 0),
      })),
    };
  } catch (error) {
    // A store that cannot be reached must not hide the rest of the run.
    if (!(error instanceof MlrunsError)) throw error;
    return { ...shown, files: [], problem: [error.message, error.hint].filter(Boolean).join(" ") };
  }
}
