/** Where a file of a tree in a bucket belongs. */
export interface CloudPath {
  /** What it is needed for: the id of an experiment, or `models`, the registry. */
  readonly scope: string;
  /** The run, logged model or trace that it is of. */
  readonly owner?: string;
  /** Whether the list of experiments needs it: it says what there is, not what was logged. */
  readonly isOverview: boolean;
}

/** Says where a file belongs; undefined for artifacts, which stay in the bucket, and for what is no part of a tree. */
export function placeOfFile(path: string): CloudPath | undefined {
  const parts = (path.startsWith(".trash/") ? path.slice(".trash/".length) : path).split("/");
  const [scope = "", first = ""] = parts;
  // Keys of metrics, params and tags may begin with a dot; what does so above them is no data.
  if (parts.length < 2 || isHidden(scope) || isHidden(first)) return undefined;
  if (scope === "models") return { scope, isOverview: false };
  if (parts.length === 2) return { scope, isOverview: first === "meta.yaml" };
  if (first === "tags") return { scope, isOverview: true };
  if (first === "datasets") return { scope, isOverview: false };
  const isNested = first === "models" || first === "traces";
  const [owner, ...rest] = isNested ? parts.slice(2) : parts.slice(1);
  const [kind] = rest;
  if (owner === undefined || kind === undefined || kind === "artifacts" || isHidden(kind))
    return undefined;
  const isMeta = rest.length === 1 && /^(meta|trace_info)\.yaml$/.test(kind);
  return { scope, owner, isOverview: isMeta };
}

/** The run, logged model or trace whose artifact a file is. */
export function ownerOfArtifact(path: string): string | undefined {
  return /^(?:\.trash\/)?[^/]+\/(?:(?:models|traces)\/)?([^/]+)\/artifacts\//.exec(path)?.[1];
}

/**
 * A metadata file as the mirror keeps it: locations that name the tree itself, wherever it lay when it was written, name the bucket.
 * So artifacts are read from there, by ranges. Those in other stores stay.
 *
 * @param uri - of the root in the bucket
 * @param path - below the root
 */
export function pointToBucket(uri: string, path: string, recorded: string): string {
  const isForeign = /^(?!file:|mlflow-artifacts:)[a-z][a-z0-9+.-]+:/i.test(recorded);
  if (isForeign || recorded === "") return recorded;
  const folder = path.split("/").slice(0, -1).join("/");
  const tail = /(?:^|\/)([^/]+\/(?:(?:models|traces)\/)?[^/]+\/artifacts(?:\/.*)?)$/.exec(
    recorded,
  )?.[1];
  if (path.startsWith("models/")) return tail === undefined ? recorded : `${uri}/${tail}`;
  const [, owner = folder] = /^(.*)\/tags$/.exec(folder) ?? [];
  const plain = owner.replace(/^\.trash\//, "");
  const isOwn = `/${recorded.replace(/\/+$/, "")}`;
  if (isOwn.endsWith(`/${plain}/artifacts`)) return `${uri}/${owner}/artifacts`;
  return isOwn.endsWith(`/${plain}`) ? `${uri}/${owner}` : recorded;
}

function isHidden(name: string): boolean {
  return name === "" || name.startsWith(".");
}
