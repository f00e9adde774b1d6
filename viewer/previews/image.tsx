import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { stepSeries } from "../artifacts/step-images.ts";
import { Button } from "../components/Button.tsx";
import { StepSlider } from "../components/StepSlider.tsx";
import { navigate } from "../state/route.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { fileName, type PreviewProps } from "./preview.ts";
import "./preview.css";
import "./image.css";

const ZOOM_STEP = 1.5;
const MOST_ZOOM = 32;

/** A picture, SVG too: as an image it cannot run anything. */
export function ImagePreview(props: PreviewProps): JSX.Element {
  const { file, url } = props;
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [zoom, setZoom] = useState<number | "fit">("fit");
  const [hasFailed, setFailed] = useState(false);
  if (hasFailed) return <p class="preview-note">{ARTIFACT_TEXTS.previewFailed}</p>;
  const by = (factor: number): void =>
    setZoom((old) =>
      Math.min(MOST_ZOOM, Math.max(1 / MOST_ZOOM, (old === "fit" ? 1 : old) * factor)),
    );
  return (
    <div class="preview">
      <div class="preview-bar">
        <Button pressed={zoom === "fit"} onClick={() => setZoom("fit")}>
          {ARTIFACT_TEXTS.fit}
        </Button>
        <Button pressed={zoom === 1} onClick={() => setZoom(1)}>
          {ARTIFACT_TEXTS.actualSize}
        </Button>
        <Button label={ARTIFACT_TEXTS.zoomOut} onClick={() => by(1 / ZOOM_STEP)}>
          −
        </Button>
        <Button label={ARTIFACT_TEXTS.zoomIn} onClick={() => by(ZOOM_STEP)}>
          +
        </Button>
        <SeriesSlider {...props} />
        <span class="spacer" />
        {size !== null && (
          <span class="faint">{ARTIFACT_TEXTS.pixels(size.width, size.height)}</span>
        )}
      </div>
      <div class={zoom === "fit" ? "image-stage image-fit" : "image-stage"}>
        <img
          src={url}
          alt={fileName(file)}
          style={zoom === "fit" || size === null ? undefined : { width: `${size.width * zoom}px` }}
          onLoad={(event) => {
            const { naturalWidth, naturalHeight } = event.currentTarget;
            setSize({ width: naturalWidth, height: naturalHeight });
          }}
          onError={() => setFailed(true)}
        />
      </div>
    </div>
  );
}

/** Goes through the images of one thing that were logged at different steps. */
function SeriesSlider({ file, siblings, hrefOf }: PreviewProps): JSX.Element | null {
  const series = stepSeries(file, siblings);
  if (series.length < 2) return null;
  return (
    <StepSlider
      steps={series.map(({ step }) => step)}
      at={series.findIndex((image) => image.entry.path === file.path)}
      onChoose={(at) => {
        const target = series[at];
        if (target !== undefined) navigate(hrefOf(target.entry.path), { replace: true });
      }}
    />
  );
}
