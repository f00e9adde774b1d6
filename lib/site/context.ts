import type { MlrunsClient } from "../client/client.ts";

/** What the makers of data files know: the tree, and how its data is published. */
export interface SiteContext {
  readonly client: MlrunsClient;
  readonly mode: "live" | "static";
  readonly readOnly: boolean;
  readonly title: string;
  /** Shown instead of the root's path. */
  readonly rootLabel: string;
  /** Version of this package. */
  readonly version: string;
  /** `raw/<nonce>` live, `raw` in a static export. */
  readonly rawBase: string;
  /** Whether a file's bytes are published, see `ArtifactEntry.published`. */
  readonly isPublished: (ownerId: string, path: string, size: number) => boolean;
}

/** Bytes of a data file. JSON unless it says otherwise. */
export type DataFile =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array };

export function json(value: unknown): DataFile {
  return { kind: "json", value };
}

export function text(content: string): DataFile {
  return { kind: "text", text: content };
}

export function binary(bytes: Uint8Array): DataFile {
  return { kind: "binary", bytes };
}
