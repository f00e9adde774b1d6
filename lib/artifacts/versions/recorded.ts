import { MlrunsError } from "../../errors.ts";
import type { ArtifactFile } from "../artifact-repository.ts";
import type { Side } from "../sync/side.ts";
import { isEntry, type Manifest } from "./manifest.ts";
import { openVersions } from "./version-store.ts";

/** The version that was recorded last of a place. */
export interface LastVersion {
  readonly id: string;
  readonly manifest: Manifest;
}

/** Undefined for a place without versions, or whose versions may not be read. */
export async function readLastVersion({ name, endpoints }: Side): Promise<LastVersion | undefined> {
  try {
    const store = await openVersions(name, endpoints);
    const id = (await store.readHistory()).history.versions.at(-1)?.manifest;
    return id === undefined ? undefined : { id, manifest: await store.readManifest(id) };
  } catch (error) {
    // What they would tell is found out otherwise: by reading.
    if (error instanceof MlrunsError) return undefined;
    throw error;
  }
}

/** Tells the SHA-256 of what a store lists, where the last version knows it as it is now. It is read when it is first asked. */
export function recordedDigests(): (side: Side, file: ArtifactFile) => Promise<string | undefined> {
  const versions = new Map<Side, Promise<LastVersion | undefined>>();
  return async (side, file) => {
    const reading = versions.get(side) ?? readLastVersion(side);
    versions.set(side, reading);
    const entry = (await reading)?.manifest.get(file.path);
    return entry !== undefined && isEntry(entry, file) ? entry.sha256 : undefined;
  };
}
