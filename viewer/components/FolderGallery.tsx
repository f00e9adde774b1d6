import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { ArtifactEntry, ArtifactsFile } from "../../lib/wire/data-files.ts";
import { iconOf } from "../artifacts/icons.ts";
import { imageRows } from "../artifacts/image-rows.ts";
import { artifactUrl } from "../data/client.ts";
import { manifest } from "../data/live.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { StepSlider } from "./StepSlider.tsx";
import "./FolderGallery.css";

interface FolderGalleryProps {
  readonly ownerId: string;
  readonly listing: ArtifactsFile;
  readonly hrefOf: (path: string) => string;
}

/** The pictures of a folder beside one another; those that were logged at steps are one, with a slider for all. */
export function FolderGallery({
  ownerId,
  listing,
  hrefOf,
}: FolderGalleryProps): JSX.Element | null {
  const [chosen, setChosen] = useState<number | null>(null);
  const { rows, steps } = useMemo(
    () => imageRows([{ images: listing.files.filter(isPicture) }], chosen),
    [listing, chosen],
  );
  const data = manifest.value;
  if (rows.length === 0 || data === null) return null;
  const step = chosen ?? steps.at(-1);
  return (
    <section class="folder-gallery" aria-label={ARTIFACT_TEXTS.gallery}>
      {steps.length > 1 && step !== undefined && (
        <StepSlider
          steps={steps}
          at={steps.indexOf(step)}
          onChoose={(at) => setChosen(steps[at] ?? null)}
        />
      )}
      <ul>
        {rows.map(({ key, cells: [cell] }) =>
          cell === null || cell === undefined ? null : (
            <li key={key}>
              <a href={hrefOf(cell.entry.path)} title={cell.entry.path}>
                <img src={artifactUrl(data, ownerId, cell.entry.path)} alt="" loading="lazy" />
                <span class="cut">{key}</span>
              </a>
            </li>
          ),
        )}
      </ul>
    </section>
  );
}

function isPicture(entry: ArtifactEntry): boolean {
  return !entry.isDir && entry.published && iconOf(entry) === "image";
}
