/** A file or folder below an artifact root, as MLflow's `FileInfo`. */
export interface FileInfo {
  /** Relative to the artifact root, separated by `/`. */
  readonly path: string;
  readonly isDir: boolean;
  /** Bytes; null for a folder. */
  readonly fileSize: number | null;
}

/** Where artifacts lie: a folder of this machine, or a URI of another store. */
export type ArtifactPlace =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "remote"; readonly uri: string };
