import type { ArtifactPlace } from "../entities/file-info.ts";
import { MlrunsError } from "../errors.ts";
import type { VersionedRepository } from "./artifact-repository.ts";
import type { LocalOptions } from "./local.ts";
import { schemeOf } from "./uri.ts";

/** URLs at which the clouds are reached, before all that the environment says of them. */
export interface Endpoints {
  readonly s3?: string;
  readonly gs?: string;
  readonly azure?: string;
}

export interface EndpointOptions {
  /** Where the clouds are reached, before what the environment says. */
  readonly endpoints?: Endpoints;
}

export interface OpenOptions extends LocalOptions, EndpointOptions {}

type Open = (uri: string, endpoints: Endpoints) => Promise<VersionedRepository>;

/** One line a scheme. Imports are dynamic: a backend is loaded, and its SDK, only when it is used. */
const BACKENDS: Readonly<Record<string, Open>> = {
  "s3:": async (uri, { s3 }) => (await import("./s3/open-s3.ts")).openS3(uri, s3),
  "gs:": async (uri, { gs }) => (await import("./gcs/open-gcs.ts")).openGcs(uri, gs),
  "wasbs:": openAzure,
  "abfss:": openAzure,
  "azure:": openAzure,
};

/**
 * Opens the place of artifacts.
 *
 * @throws MlrunsError NOT_IMPLEMENTED for the URI of a store that cannot be reached, INVALID_PARAMETER_VALUE for one
 * that names nothing, FEATURE_DISABLED when the package for it is not installed
 */
export async function openArtifacts(
  place: ArtifactPlace,
  options: OpenOptions = {},
): Promise<VersionedRepository> {
  if (place.kind === "folder") return (await import("./local.ts")).openLocal(place.folder, options);
  const open = BACKENDS[schemeOf(place.uri) ?? ""];
  if (open !== undefined) return open(place.uri, options.endpoints ?? {});
  throw new MlrunsError("NOT_IMPLEMENTED", `Artifacts at '${place.uri}' cannot be read.`, {
    hint: `Folders of this machine, ${Object.keys(BACKENDS)
      .map((scheme) => `${scheme}//`)
      .join(", ")} are supported.`,
  });
}

async function openAzure(uri: string, { azure }: Endpoints): Promise<VersionedRepository> {
  return (await import("./azure/open-azure.ts")).openAzure(uri, azure);
}
