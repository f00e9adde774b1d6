import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../components/Button.tsx";
import { isEmbedded } from "../data/embedded.ts";
import { manifest } from "../data/live.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { fileName, type PreviewProps } from "./preview.ts";
import "./preview.css";
import "./html.css";

/**
 * A report in a frame that cannot reach the page: another origin, and no network but the images beside it.
 * The server says so in headers too. A static host sends none: there scripts wait for a click.
 *
 * In a report of one file they never run: its policy forbids them.
 *
 * `src` on the raw file, not `srcdoc` or `blob:`: those would inherit this page's policy, and siblings would not load.
 */
export function HtmlPreview({ file, url }: PreviewProps): JSX.Element {
  const isStatic = manifest.value?.mode === "static";
  const [runs, setRuns] = useState(!isStatic);
  return (
    <div class="preview">
      <div class="preview-bar">
        <span class="faint">{noteOf(runs)}</span>
        <span class="spacer" />
        {!runs && !isEmbedded() && (
          <Button icon="play" onClick={() => setRuns(true)}>
            {ARTIFACT_TEXTS.runScripts}
          </Button>
        )}
      </div>
      <iframe
        key={String(runs)}
        class="html-frame"
        title={fileName(file)}
        sandbox={runs ? "allow-scripts" : ""}
        referrerpolicy="no-referrer"
        src={url}
      />
    </div>
  );
}

function noteOf(runs: boolean): string {
  if (runs) return ARTIFACT_TEXTS.sandboxNote;
  return isEmbedded() ? ARTIFACT_TEXTS.scriptsNever : ARTIFACT_TEXTS.scriptsOff;
}
