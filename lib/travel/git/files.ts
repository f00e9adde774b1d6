/** What `mlruns git init` writes into the root of a tree. MLflow passes over files there. */

/**
 * Merge rules. Metric files only grow, so both sides' lines are kept: MLflow takes the order of steps, not of lines. A
 * meta.yaml is merged key by key by our driver. Params and tags hold one value each: where both sides have set another, a
 * conflict that leaves the file as it was on this side, since marks in it would be the value.
 */
export const GIT_ATTRIBUTES: string = `# Values are bytes: no line ends are changed.
* -text
${["", ".trash/"]
  .flatMap((place) =>
    ["*/*", "*/models/*"].flatMap((owner) => [
      `/${place}${owner}/metrics/** merge=union`,
      `/${place}${owner}/params/** merge=binary`,
      `/${place}${owner}/tags/** merge=binary`,
    ]),
  )
  .join("\n")}
/*/tags/** merge=binary
/*/traces/*/tags/** merge=binary
/*/traces/*/request_metadata/** merge=binary
/models/*/aliases/** merge=binary
/models/*/version-*/tags/** merge=binary
meta.yaml merge=mlruns
trace_info.yaml merge=mlruns
`;

export const GIT_IGNORE = `# Locks, catalogs and what a process that was killed has left.
.mlruns-*
.catalog
meta.yaml.[0-9]*
.artifact.uploading.*
`;

/** Artifacts stay out; their manifests and the spans of traces, which are small, do not. */
export const GIT_IGNORE_ARTIFACTS = `# Artifacts: \`mlruns push . URI --artifacts-only --manifest\` before a commit, \`mlruns pull\` after a clone.
/*/*/artifacts/
/*/models/*/artifacts/
/.trash/*/*/artifacts/
/.trash/*/models/*/artifacts/
`;

const BEGIN = "# >>> mlruns git init";
const END = "# <<< mlruns git init";

/** A file with our block in it: lines of others stay, an older block of ours goes. */
export function withBlock(text: string, block: string): string {
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  const others =
    start < 0 || end < start ? text : text.slice(0, start) + text.slice(end + END.length + 1);
  const before = others === "" || others.endsWith("\n") ? others : `${others}\n`;
  return `${before}${BEGIN}\n${block}${END}\n`;
}
