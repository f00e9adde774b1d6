import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Preview, PreviewProps } from "../previews/preview.ts";
import { findPreview } from "../previews/table.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { EmptyState } from "./EmptyState.tsx";

/** Shows a file with the preview of its kind, whose code comes when it is needed. */
export function PreviewHost(props: PreviewProps): JSX.Element {
  const [Found, setFound] = useState<Preview | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    findPreview(props.file)().then(
      (preview) => setFound(() => preview),
      () => setFailed(true),
    );
  }, []);
  if (hasFailed) return <EmptyState title={ARTIFACT_TEXTS.previewFailed} icon="warning" />;
  return Found === null ? <div class="preview" aria-busy="true" /> : <Found {...props} />;
}
