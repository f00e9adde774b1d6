import type { ArtifactPlace } from "../entities/file-info.ts";
import { MlrunsClient } from "./client.ts";

/** A place that another one leads to, a model's version to a run's, at most so often. */
const STEPS = 5;

/**
 * The folder or URI of what a user names: `runs:/<run id>/<path>`, `models:/<model id>`, `models:/<name>/<version>` and
 * `models:/<name>@<alias>` of a tree are looked up there, everything else stays.
 *
 * @param root - the tree; undefined for MLFLOW_TRACKING_URI, else `./mlruns`
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
 */
export async function resolveArtifacts(named: string, root?: string): Promise<string> {
  let place = named;
  for (let step = 0; step < STEPS && /^(runs|models):\//.test(place); step++) {
    place = await resolveOnce(place, new MlrunsClient(root));
  }
  return place;
}

async function resolveOnce(named: string, client: MlrunsClient): Promise<string> {
  const run = /^runs:\/+([^/]+)(?:\/(.*))?$/.exec(named);
  if (run !== null) {
    const [, runId = "", path = ""] = run;
    return below(await client.findArtifactPlace(runId), path);
  }
  const [, name = "", version, alias] =
    /^models:\/+([^/@]+)(?:\/([^/]+)|@(.+))?$/.exec(named) ?? [];
  if (version === undefined && alias === undefined) {
    return below(client.artifactPlaceOfModel(name), "");
  }
  const number = version ?? (await client.getModelVersionByAlias(name, alias ?? "")).version;
  return client.getModelVersionDownloadUri(name, number);
}

function below(place: ArtifactPlace, path: string): string {
  const root = place.kind === "folder" ? place.folder : place.uri.replace(/\/+$/, "");
  return path === "" ? root : `${root}/${path}`;
}
