import type { ArtifactEntry } from "../../lib/wire/data-files.ts";
import { endingOf, fileName, type Preview } from "./preview.ts";

interface PreviewKind {
  readonly matches: (file: ArtifactEntry) => boolean;
  readonly load: () => Promise<Preview>;
}

const IMAGES = "png jpg jpeg jfif webp gif avif bmp ico svg";
const MEDIA = "pdf wav mp3 ogg oga flac m4a aac opus mp4 m4v webm mov ogv";
const ARRAYS = "npy npz safetensors";
const TEXT =
  "txt log out err py r js mjs cjs ts tsx jsx sh bash toml cfg ini conf properties sql rst tex c h cpp hpp java go rs css xml";

/** One line a kind of file; the first that fits wins. Each is a chunk of its own. */
const KINDS: readonly PreviewKind[] = [
  named("MLmodel", async () => (await import("./model.tsx")).ModelPreview),
  named(
    "conda.yaml requirements.txt python_env.yaml",
    async () => (await import("./requirements.tsx")).RequirementsPreview,
  ),
  ending(IMAGES, async () => (await import("./image.tsx")).ImagePreview),
  ending("json jsonl ndjson yaml yml", async () => (await import("./data.tsx")).DataPreview),
  ending("csv tsv", async () => (await import("./csv.tsx")).CsvPreview),
  ending("md markdown", async () => (await import("./markdown.tsx")).MarkdownPreview),
  ending("html htm", async () => (await import("./html.tsx")).HtmlPreview),
  ending("ipynb", async () => (await import("./notebook.tsx")).NotebookPreview),
  ending("parquet", async () => (await import("./parquet.tsx")).ParquetPreview),
  ending(ARRAYS, async () => (await import("./arrays.tsx")).ArraysPreview),
  ending(MEDIA, async () => (await import("./media.tsx")).MediaPreview),
  ending(TEXT, async () => (await import("./text.tsx")).TextPreview),
];

/** The preview of a file; of unknown kinds the first bytes are looked at. */
export function findPreview(file: ArtifactEntry): PreviewKind["load"] {
  const found = KINDS.find((one) => one.matches(file));
  return found?.load ?? (async () => (await import("./unknown.tsx")).UnknownPreview);
}

function ending(endings: string, load: PreviewKind["load"]): PreviewKind {
  const known = new Set(endings.split(" "));
  return { matches: (file) => known.has(endingOf(file)), load };
}

function named(names: string, load: PreviewKind["load"]): PreviewKind {
  const known = new Set(names.split(" "));
  return { matches: (file) => known.has(fileName(file)), load };
}
