import type { ArtifactEntry } from "../../lib/wire/data-files.ts";
import { endingOf, type Preview } from "./preview.ts";

interface PreviewKind {
  readonly matches: (file: ArtifactEntry) => boolean;
  readonly load: () => Promise<Preview>;
}

const IMAGES = "png jpg jpeg webp gif avif bmp ico svg";

/** One line a kind of file; the first that fits wins. Each is a chunk of its own. */
const KINDS: readonly PreviewKind[] = [
  kind(IMAGES, async () => (await import("./image.tsx")).ImagePreview),
];

/** The preview of a file; of unknown kinds the first bytes are looked at. */
export function findPreview(file: ArtifactEntry): PreviewKind["load"] {
  const found = KINDS.find((one) => one.matches(file));
  return found?.load ?? (async () => (await import("./unknown.tsx")).UnknownPreview);
}

function kind(endings: string, load: PreviewKind["load"]): PreviewKind {
  const known = new Set(endings.split(" "));
  return { matches: (file) => known.has(endingOf(file)), load };
}
