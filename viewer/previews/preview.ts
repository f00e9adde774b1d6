import type { ComponentType } from "preact";
import type { ArtifactEntry } from "../../lib/wire/data-files.ts";

/** What a preview is given. */
export interface PreviewProps {
  readonly file: ArtifactEntry;
  /** Bytes of the file. */
  readonly url: string;
  /** Files of the same folder. */
  readonly siblings: readonly ArtifactEntry[];
  /** Bytes of another artifact of the same run. */
  readonly urlOf: (path: string) => string;
  /** Address of another artifact in the viewer. */
  readonly hrefOf: (path: string) => string;
}

export type Preview = ComponentType<PreviewProps>;

/** Name of a file without its folders. */
export function fileName(file: ArtifactEntry): string {
  return file.path.slice(file.path.lastIndexOf("/") + 1);
}

/** The ending in lower case, without its dot; empty when there is none. */
export function endingOf(file: ArtifactEntry): string {
  const name = fileName(file);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}
