import { MlrunsError } from "../errors.ts";
import type { ArtifactsFile } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";

/** `data/artifacts/<run>/<folder>.json`: what lies directly in a folder of a run's artifacts. */
export async function makeArtifacts(
  context: SiteContext,
  runId: string,
  folder: string,
): Promise<ArtifactsFile> {
  const { client } = context;
  const place = await client.findArtifactPlace(runId);
  const { artifactUri } = (await client.getRun(runId)).info;
  const source = place.kind === "folder" ? "tree" : (place.uri.split(":")[0] ?? "remote");
  const shown = {
    path: folder,
    source,
    ...(context.mode === "live" && artifactUri !== null && { recordedUri: artifactUri }),
  };
  try {
    const files = await client.listArtifacts(runId, folder);
    return {
      ...shown,
      files: files.map((file) => ({
        ...file,
        published: file.isDir || context.isPublished(runId, file.path, file.fileSize ?? 0),
      })),
    };
  } catch (error) {
    // A store that cannot be reached must not hide the rest of the run.
    if (!(error instanceof MlrunsError)) throw error;
    return { ...shown, files: [], problem: [error.message, error.hint].filter(Boolean).join(" ") };
  }
}
