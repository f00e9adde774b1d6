import type { ArtifactEntry } from "../../lib/wire/data-files.ts";
import type { IconName } from "../components/Icon.tsx";

const ICONS: Readonly<Record<string, IconName>> = {
  ...icons("image", ["png", "jpg", "jpeg", "webp", "gif", "avif", "bmp", "svg", "ico"]),
  ...icons("table", ["csv", "tsv", "parquet"]),
};

const MODEL_FILES = new Set(["MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt"]);

/** The icon of a file, by its name. */
export function iconOf({ path }: ArtifactEntry): IconName {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (MODEL_FILES.has(name)) return "box";
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return (Object.hasOwn(ICONS, ending) ? ICONS[ending] : undefined) ?? "file";
}

function icons(icon: IconName, endings: readonly string[]): Record<string, IconName> {
  return Object.fromEntries(endings.map((ending) => [ending, icon]));
}
