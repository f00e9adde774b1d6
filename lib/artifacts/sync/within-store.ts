import type { ArtifactFile } from "../artifact-repository.ts";
import { openArtifacts } from "../registry.ts";
import type { Side } from "./side.ts";

/** Copies a file, as the first side listed it, to the same path of the second one. */
export type CopyWithin = (file: ArtifactFile) => Promise<void>;

/**
 * How files get from one side to the other when both lie in the same bucket: the store copies them, and none of their bytes
 * passes through this machine. Undefined for any other two.
 */
export async function openCopyWithin(from: Side, to: Side): Promise<CopyWithin | undefined> {
  const [source, target] = [split(from.uri), split(to.uri)];
  if (source === undefined || source.bucket !== target?.bucket) return undefined;
  const bucket = await openArtifacts(
    { kind: "remote", uri: source.bucket },
    { endpoints: to.endpoints },
  );
  return (file) => {
    const listed = { ...file, path: source.prefix + file.path };
    return bucket.copy(listed, target.prefix + file.path);
  };
}

function split(uri: string | undefined): { bucket: string; prefix: string } | undefined {
  // With a query or a fragment the URI's own parser knows what is meant.
  const [, bucket, path = ""] = /^([^:]+:\/\/[^/?#]+)\/*([^?#]*)$/.exec(uri ?? "") ?? [];
  if (bucket === undefined || bucket.startsWith("azure:")) return undefined;
  const segments = path.split("/").filter((segment) => segment !== "");
  return { bucket, prefix: segments.map((segment) => `${segment}/`).join("") };
}
