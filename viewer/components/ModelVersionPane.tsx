import type { ComponentChildren, JSX } from "preact";
import type { ModelVersion } from "../../lib/entities/model-version.ts";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { getRun } from "../data/client.ts";
import { canEdit, modelTagEdits, setModelDescription } from "../data/edits.ts";
import { touchesRuns } from "../data/reader.ts";
import { useData } from "../data/use-data.ts";
import { formatTime } from "../format.ts";
import { runNameOf } from "../run/facts.ts";
import { loggedModelHref, runHref } from "../state/links.ts";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { MODEL_TEXTS } from "../texts/models.ts";
import { Block } from "./Block.tsx";
import { NoteBlock } from "./NoteBlock.tsx";
import { TagBlock } from "./TagBlock.tsx";

/** One version of a registered model: where it comes from and what was said about it. */
export function ModelVersionPane(props: {
  /** See `RegisteredModelEntry.id`. */
  modelId: string;
  version: ModelVersion;
  actions?: ComponentChildren;
}): JSX.Element {
  const { modelId, version, actions } = props;
  return (
    <>
      <Block title={MODEL_TEXTS.versionName(version.version)} actions={actions}>
        <dl class="key-values">
          <Fact name={MODEL_TEXTS.status} text={statusText(version)} />
          {version.currentStage !== "None" && (
            <Fact name={MODEL_TEXTS.stage} text={version.currentStage} />
          )}
          {version.aliases.length > 0 && (
            <Fact name={MODEL_TEXTS.aliases} text={version.aliases.join(", ")} />
          )}
          <Fact name={MODEL_TEXTS.created} text={formatTime(version.creationTimestamp)} />
          <Fact name={MODEL_TEXTS.updated} text={formatTime(version.lastUpdatedTimestamp)} />
          {version.runId !== null && <SourceRun runId={version.runId} modelId={version.modelId} />}
          {version.source !== null && <Fact name={MODEL_TEXTS.source} text={version.source} />}
        </dl>
      </Block>
      <NoteBlock
        title={MODEL_TEXTS.description}
        text={version.description ?? ""}
        words={EDIT_TEXTS.description}
        save={canEdit() ? (text) => setModelDescription(modelId, version.version, text) : null}
      />
      <TagBlock tags={version.tags} edits={modelTagEdits(modelId, version.version)} />
    </>
  );
}

/** The run may be gone from the tree: then its id has to do. */
function SourceRun(props: { runId: string; modelId: string | null }): JSX.Element {
  const { runId, modelId } = props;
  const { data } = useData<RunFile>(
    `run ${runId}`,
    (signal) => getRun(runId, { signal }),
    (change) => touchesRuns(change, [runId]),
  );
  return (
    <>
      <div>
        <dt>{MODEL_TEXTS.run}</dt>
        <dd>
          {data === null ? (
            <span class="mono">{plainId(runId)}</span>
          ) : (
            <a class="link" href={runHref(data.info.experimentId, runId)}>
              {runNameOf(data.info)}
            </a>
          )}
        </dd>
      </div>
      {modelId !== null && data !== null && (
        <div>
          <dt>{MODEL_TEXTS.loggedModel}</dt>
          <dd>
            <a class="link" href={loggedModelHref(data.info.experimentId, modelId)}>
              {plainId(modelId)}
            </a>
          </dd>
        </div>
      )}
    </>
  );
}

function Fact({ name, text }: { name: string; text: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={text}>{text}</dd>
    </div>
  );
}

function statusText({ status, statusMessage }: ModelVersion): string {
  const word = status.toLowerCase().replaceAll("_", " ");
  return statusMessage === null || statusMessage === "" ? word : `${word}: ${statusMessage}`;
}
