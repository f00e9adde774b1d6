import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { MarkdownView } from "../components/MarkdownView.tsx";
import { ScrollBox } from "../components/ScrollBox.tsx";
import { Segmented } from "../components/Segmented.tsx";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { PreviewState } from "./PreviewState.tsx";
import { fileName, type PreviewProps } from "./preview.ts";
import { readWhole } from "./read-bytes.ts";
import { resolvePath } from "./resolve-path.ts";
import { TextPreview } from "./text.tsx";
import { useFile } from "./use-file.ts";

const MOST_BYTES = 1_000_000;

/** Markdown as it is meant to be read, with the images that lie beside it. */
export function MarkdownPreview(props: PreviewProps): JSX.Element {
  const { file, url, urlOf, hrefOf } = props;
  const [mode, setMode] = useState<"rendered" | "source">("rendered");
  const reading = useFile("markdown", async (signal) => {
    const bytes = await readWhole(url, MOST_BYTES, signal);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  });
  const near = useMemo(
    () => ({
      imageUrl: (path: string) => urlOf(resolvePath(file.path, path)),
      linkHref: (path: string) => hrefOf(resolvePath(file.path, path)),
    }),
    [file.path, url],
  );
  if (reading.state !== "done") return <PreviewState reading={reading} />;
  if (reading.value === undefined) return <TextPreview {...props} />;
  return (
    <div class="preview">
      <div class="preview-bar">
        <Segmented
          label={fileName(file)}
          value={mode}
          onChange={setMode}
          segments={[
            { value: "rendered", label: ARTIFACT_TEXTS.rendered },
            { value: "source", label: ARTIFACT_TEXTS.source },
          ]}
        />
      </div>
      {mode === "source" ? (
        <TextPreview {...props} />
      ) : (
        <ScrollBox class="preview-scroll preview-padded preview-prose" label={fileName(file)}>
          <MarkdownView text={reading.value} {...near} />
        </ScrollBox>
      )}
    </div>
  );
}
