import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ArtifactEntry, RunFile } from "../../lib/wire/data-files.ts";
import { iconOf } from "../artifacts/icons.ts";
import { artifactUrl } from "../data/client.ts";
import { manifest } from "../data/live.ts";
import { DiffView } from "../previews/DiffView.tsx";
import { PreviewState } from "../previews/PreviewState.tsx";
import { readWhole } from "../previews/read-bytes.ts";
import { looksLikeText } from "../previews/text-lines.ts";
import { useFile } from "../previews/use-file.ts";
import { runNameOf } from "../run/facts.ts";
import { runHref } from "../state/links.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { MenuButton } from "./Menu.tsx";
import { PreviewHost } from "./PreviewHost.tsx";

interface CompareFileProps {
  readonly runs: readonly RunFile[];
  readonly path: string;
  readonly fileOf: (runId: string, path: string) => ArtifactEntry | undefined;
}

/** Longer texts are shown one beside the other. */
const MOST_DIFFED = 1_000_000;

/** One file of the compared runs. */
export function CompareFile({ runs, path, fileOf }: CompareFileProps): JSX.Element {
  const having = runs.flatMap((run) => {
    const file = fileOf(run.info.runId, path);
    return file === undefined ? [] : [{ run, file }];
  });
  const [first] = having;
  const isPicture = first !== undefined && iconOf(first.file) === "image";
  const isTable = first !== undefined && iconOf(first.file) === "table";
  if (having.length >= 2 && !isPicture && !isTable) {
    return <TextPair having={having} path={path} />;
  }
  return <SideBySide having={having} />;
}

interface Having {
  readonly run: RunFile;
  readonly file: ArtifactEntry;
}

function SideBySide({ having }: { having: readonly Having[] }): JSX.Element {
  return (
    <div class="compare-grid">
      {having.map(({ run, file }) => (
        <section key={run.info.runId} class="compare-preview">
          <h3 class="cut">
            <a href={hrefOf(run, file.path)}>{runNameOf(run.info)}</a>
          </h3>
          <PreviewHost
            file={file}
            url={urlOf(run, file.path)}
            siblings={[]}
            urlOf={(path) => urlOf(run, path)}
            hrefOf={(path) => hrefOf(run, path)}
          />
        </section>
      ))}
    </div>
  );
}

/** Two of the texts, as what changed from the one to the other. */
function TextPair(props: { having: readonly Having[]; path: string }): JSX.Element {
  const { having, path } = props;
  const [pair, setPair] = useState<readonly [number, number]>([0, 1]);
  const [before, after] = [having[pair[0]] as Having, having[pair[1]] as Having];
  const reading = useFile(`${pair.join()} ${path}`, async (signal) => {
    const [a, b] = await Promise.all([readText(before, signal), readText(after, signal)]);
    return a === undefined || b === undefined ? undefined : { a, b };
  });
  const choose = (side: 0 | 1): JSX.Element => (
    <MenuButton
      label={ARTIFACT_TEXTS.against}
      items={having.map(({ run }, i) => ({
        label: runNameOf(run.info),
        isChecked: pair[side] === i,
        onChoose: () => setPair(side === 0 ? [i, pair[1]] : [pair[0], i]),
      }))}
    >
      {runNameOf((having[pair[side]] as Having).run.info)}
    </MenuButton>
  );
  if (reading.state === "done" && reading.value === undefined) {
    return <SideBySide having={having} />;
  }
  return (
    <div class="artifact-pane">
      <div class="preview-bar">
        {choose(0)} → {choose(1)}
      </div>
      {reading.state === "done" && reading.value !== undefined ? (
        <DiffView before={reading.value.a} after={reading.value.b} />
      ) : (
        <PreviewState reading={reading} />
      )}
    </div>
  );
}

/** Undefined for what is no text, or too long to compare. */
async function readText({ run, file }: Having, signal: AbortSignal): Promise<string | undefined> {
  if (file.fileSize === 0) return "";
  const bytes = await readWhole(urlOf(run, file.path), MOST_DIFFED, signal);
  return bytes !== undefined && looksLikeText(bytes) ? new TextDecoder().decode(bytes) : undefined;
}

function urlOf(run: RunFile, path: string): string {
  const data = manifest.value;
  return data === null ? "" : artifactUrl(data, run.info.runId, path);
}

function hrefOf(run: RunFile, path: string): string {
  return runHref(run.info.experimentId, run.info.runId, "artifacts", path);
}
