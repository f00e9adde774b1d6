import type { ArtifactRepository } from "../../artifacts/artifact-repository.ts";
import { openArtifacts } from "../../artifacts/registry.ts";
import type { ArtifactPlace } from "../../entities/file-info.ts";
import type { Connection } from "./connection.ts";
import { openProxied } from "./proxied-artifacts.ts";
import { proxiedRoot } from "./proxied-path.ts";

/** Opens artifacts where a server says that they are: behind itself, in a cloud, or in a folder. */
export async function openRemote(connection: Connection, uri: string): Promise<ArtifactRepository> {
  const proxied = proxiedRoot(uri);
  if (proxied !== undefined) return openProxied(connection, proxied);
  return openArtifacts(placeOf(uri));
}

/** A path or file URI is of this machine, which the server takes for its own as well. */
export function placeOf(uri: string): ArtifactPlace {
  if (/^file:\/\/\//i.test(uri))
    return { kind: "folder", folder: decodeURIComponent(new URL(uri).pathname) };
  if (uri.startsWith("/")) return { kind: "folder", folder: uri };
  return { kind: "remote", uri };
}
