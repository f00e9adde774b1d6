import type { JSX } from "preact";
import { endingOf, fileName, type PreviewProps } from "./preview.ts";
import "./preview.css";
import "./html.css";

const AUDIO = new Set("wav mp3 ogg oga flac m4a aac opus".split(" "));

/** PDF, sound and films: the browser's own players. */
export function MediaPreview({ file, url }: PreviewProps): JSX.Element {
  const ending = endingOf(file);
  if (ending === "pdf") {
    return (
      <div class="preview">
        <iframe class="html-frame" title={fileName(file)} referrerpolicy="no-referrer" src={url} />
      </div>
    );
  }
  return (
    <div class="preview">
      <div class="media-stage">
        {AUDIO.has(ending) ? (
          // biome-ignore lint/a11y/useMediaCaption: a logged sound has no captions
          <audio controls preload="metadata" src={url} aria-label={fileName(file)} />
        ) : (
          // biome-ignore lint/a11y/useMediaCaption: a logged film has no captions
          <video controls preload="metadata" src={url} aria-label={fileName(file)} />
        )}
      </div>
    </div>
  );
}
