import type { JSX } from "preact";
import { MarkdownView } from "../components/MarkdownView.tsx";
import { ScrollBox } from "../components/ScrollBox.tsx";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { highlight } from "./highlight.ts";
import { type NotebookCell, type NotebookOutput, parseNotebook } from "./notebook.ts";
import { PreviewState } from "./PreviewState.tsx";
import { fileName, type PreviewProps } from "./preview.ts";
import { readWhole } from "./read-bytes.ts";
import { TextPreview } from "./text.tsx";
import { useFile } from "./use-file.ts";
import "./text.css";
import "./notebook.css";

const MOST_BYTES = 30_000_000;

/** A notebook as it was saved: text, code and pictures. Its HTML is not shown. */
export function NotebookPreview(props: PreviewProps): JSX.Element {
  const reading = useFile("notebook", async (signal) => {
    const bytes = await readWhole(props.url, MOST_BYTES, signal);
    return bytes === undefined ? undefined : parseNotebook(new TextDecoder().decode(bytes));
  });
  if (reading.state !== "done") return <PreviewState reading={reading} />;
  if (reading.value === undefined) return <TextPreview {...props} />;
  return (
    <ScrollBox class="preview-scroll notebook" label={fileName(props.file)}>
      {reading.value.map((cell, i) => (
        <Cell key={i} cell={cell} />
      ))}
    </ScrollBox>
  );
}

function Cell({ cell }: { cell: NotebookCell }): JSX.Element {
  if (cell.kind === "markdown") {
    return (
      <div class="notebook-cell">
        <span />
        <MarkdownView text={cell.source} />
      </div>
    );
  }
  const colored = cell.kind === "code" ? highlight(cell.source, "py") : undefined;
  return (
    <div class="notebook-cell">
      <span class="notebook-count">{cell.count !== null && `[${cell.count}]`}</span>
      <div>
        <pre class="notebook-source">
          {colored === undefined
            ? cell.source
            : colored.map((piece, i) => (
                <span key={i} class={`text-${piece.kind}`}>
                  {piece.text}
                </span>
              ))}
        </pre>
        {cell.outputs.map((output, i) => (
          <Output key={i} output={output} />
        ))}
      </div>
    </div>
  );
}

function Output({ output }: { output: NotebookOutput }): JSX.Element {
  if (output.kind === "image") return <img class="notebook-image" src={output.url} alt="" />;
  if (output.kind === "html") return <p class="faint">{ARTIFACT_TEXTS.htmlOutput}</p>;
  return (
    <pre class={output.isError ? "notebook-output is-error" : "notebook-output"}>{output.text}</pre>
  );
}
