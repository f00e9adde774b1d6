import type { MlrunsClient } from "../client/client.ts";
import type { Scope } from "./scope.ts";

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
  /** What is shown of the tree. */
  readonly scope: Scope;
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

/** The bytes of a data file as they are sent or written. */
export function bytesOf(file: DataFile): Uint8Array {
  if (file.kind === "json") return Buffer.from(JSON.stringify(file.value));
  return file.kind === "text" ? Buffer.from(file.text) : file.bytes;
}
