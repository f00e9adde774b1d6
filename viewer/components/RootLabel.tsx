import type { JSX } from "preact";
import { manifest } from "../data/live.ts";
import "./RootLabel.css";

/** Which root something is of; nothing when there is only one. */
export function RootLabel({ root }: { root: number | undefined }): JSX.Element | null {
  const entry = root === undefined ? undefined : manifest.value?.roots[root];
  if (entry === undefined || entry.key === "") return null;
  return (
    <span class="root-label" title={entry.label}>
      {entry.key}
    </span>
  );
}
