import type { JSX } from "preact";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import type { Reading } from "./use-file.ts";
import "./preview.css";

/** What is shown until a file was read, and when it could not be. */
export function PreviewState({ reading }: { reading: Reading<unknown> }): JSX.Element {
  if (reading.state === "failed") {
    return (
      <p class="preview-note" role="alert">
        {ARTIFACT_TEXTS.brokenFile(reading.reason)}
      </p>
    );
  }
  return (
    <p class="preview-note" aria-busy="true">
      {ARTIFACT_TEXTS.loading}
    </p>
  );
}
