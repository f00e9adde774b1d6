import type { JSX } from "preact";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import "./preview.css";

export function UnknownPreview(): JSX.Element {
  return <p class="preview-note">{ARTIFACT_TEXTS.unknownKind}</p>;
}
