import type { MlrunsClient } from "../client/client.ts";
import type { KeptFiles } from "./kept-files.ts";
import type { Scope } from "./scope.ts";

/** What is shown: a tree, or several as one. */
export interface Site extends SiteSettings {
  /** In the order of `Manifest.roots`; at least one. */
  readonly roots: readonly SiteContext[];
  /** Roots that could not be opened, after the others in `Manifest.roots`. */
  readonly unopened: readonly { readonly label: string; readonly problem: string }[];
}

/** How a site is published. */
export interface SiteSettings {
  readonly mode: "live" | "static";
  readonly readOnly: boolean;
  readonly title: string;
  /** Version of this package. */
  readonly version: string;
  /** `raw/<nonce>` live, `raw` in a static export. */
  readonly rawBase: string;
  /** One of its own unless sites share one. */
  readonly kept?: KeptFiles;
}

/** What the makers of data files know of one tree of a site. */
export interface SiteContext extends SiteSettings {
  readonly kept: KeptFiles;
  readonly client: MlrunsClient;
  /** Index in the site's roots. */
  readonly root: number;
  /** See `RootEntry.key`. */
  readonly key: string;
  /** Shown instead of the root's path. */
  readonly label: string;
  /** An id of this tree as the site has it: with the key of the root unless it is the first. */
  readonly id: (id: string) => string;
  /** What is shown of the tree. */
  readonly scope: Scope;
  /** Whether a file's bytes are published, see `ArtifactEntry.published`. The owner's id is the site's. */
  readonly isPublished: (ownerId: string, path: string, size: number) => boolean;
}

/** Bytes of a data file. JSON unless it says otherwise. */
export type DataFile =
  | { readonly kind: "json"; readonly value: unknown; readonly bytes?: Uint8Array }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array };

export function json(value: unknown): DataFile {
  return { kind: "json", value };
}

/** JSON of which only the bytes are kept. */
export function encodedJson(value: unknown): DataFile {
  const bytes = Buffer.from(JSON.stringify(value));
  return {
    kind: "json",
    bytes,
    get value() {
      return JSON.parse(bytes.toString()) as unknown;
    },
  };
}

export function text(content: string): DataFile {
  return { kind: "text", text: content };
}

export function binary(bytes: Uint8Array): DataFile {
  return { kind: "binary", bytes };
}

/** The bytes of a data file as they are sent or written. */
export function bytesOf(file: DataFile): Uint8Array {
  if (file.kind === "json") return file.bytes ?? Buffer.from(JSON.stringify(file.value));
  return file.kind === "text" ? Buffer.from(file.text) : file.bytes;
}
