import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ModelVersion } from "../../lib/entities/model-version.ts";
import type { RegisteredModelEntry, RegistryFile } from "../../lib/wire/data-files.ts";
import { Block } from "../components/Block.tsx";
import { Button, LinkButton } from "../components/Button.tsx";
import { EditAliases } from "../components/EditAliases.tsx";
import { EmptyState, ErrorState } from "../components/EmptyState.tsx";
import { KeyValues } from "../components/KeyValues.tsx";
import { ModelAliases } from "../components/ModelAliases.tsx";
import { ModelVersionPane } from "../components/ModelVersionPane.tsx";
import { ModelVersionTable } from "../components/ModelVersionTable.tsx";
import { NoteBlock } from "../components/NoteBlock.tsx";
import type { PageProps } from "../components/page-source.ts";
import { RootLabel } from "../components/RootLabel.tsx";
import { TagBlock } from "../components/TagBlock.tsx";
import { copyText } from "../components/Toast.tsx";
import { getRegistry } from "../data/client.ts";
import { canEdit, modelTagEdits, setModelDescription } from "../data/edits.ts";
import { useData } from "../data/use-data.ts";
import { formatTime } from "../format.ts";
import { compareHref, modelsHref } from "../state/links.ts";
import { useTitle } from "../state/title.ts";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { MODEL_TEXTS } from "../texts/models.ts";
import "./ModelDetail.css";

/** A registered model: what it is for and its versions, one of them in full. */
export function ModelDetail({ params }: PageProps): JSX.Element {
  const id = params.name ?? "";
  const { data, error } = useData<RegistryFile>("registry", (signal) => getRegistry({ signal }));
  // A name that the first root does not have, as MLflow's clients print it, is another root's.
  const model =
    data?.models.find((one) => one.id === id) ?? data?.models.find((one) => one.name === id);
  const version = params.v === undefined ? undefined : MODEL_TEXTS.versionName(params.v);
  useTitle(version, model?.name ?? id);
  if (data === null) {
    return error === null ? <div aria-busy="true" /> : <ErrorState error={error} />;
  }
  if (model === undefined) {
    return (
      <EmptyState title={MODEL_TEXTS.notFound(id)} icon="box" isPage>
        <a class="link" href={modelsHref()}>
          {MODEL_TEXTS.registeredModels}
        </a>
      </EmptyState>
    );
  }
  return <Model model={model} version={params.v} />;
}

function Model(props: { model: RegisteredModelEntry; version: string | undefined }): JSX.Element {
  const { model, version } = props;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shown = model.versions.find((one) => one.version === version);
  const runIds = sourceRuns(model.versions.filter((one) => chosen.has(one.version)));
  return (
    <>
      <header class="page-head">
        <span class="page-crumb">
          <a href={modelsHref()}>{MODEL_TEXTS.models}</a>/
        </span>
        <RootLabel root={model.root} />
        <h1>{model.name}</h1>
        <span class="spacer" />
        {runIds.length > 1 && (
          <LinkButton kind="primary" href={compareHref(runIds, [])}>
            {MODEL_TEXTS.compareRuns(runIds.length)}
          </LinkButton>
        )}
        <Button onClick={() => void copyText(uriOf(model, version))}>{MODEL_TEXTS.copyUri}</Button>
      </header>
      <div class="model-page" style={{ "--rows": model.versions.length }}>
        <div class="model-main">
          <ModelVersionTable model={model} current={version} chosen={chosen} onChoose={setChosen} />
        </div>
        <aside class="model-side">
          {version !== undefined && shown === undefined && (
            <p class="block-note">{MODEL_TEXTS.noVersion(version)}</p>
          )}
          {shown === undefined ? (
            <About model={model} />
          ) : (
            <ModelVersionPane
              key={shown.version}
              modelId={model.id}
              version={shown}
              actions={<EditAliases model={model} version={shown.version} />}
            />
          )}
        </aside>
      </div>
    </>
  );
}

function About({ model }: { model: RegisteredModelEntry }): JSX.Element {
  return (
    <>
      <NoteBlock
        title={MODEL_TEXTS.description}
        text={model.description ?? ""}
        words={EDIT_TEXTS.description}
        save={canEdit() ? (text) => setModelDescription(model.id, undefined, text) : null}
      />
      <Block
        title={MODEL_TEXTS.aliases}
        actions={<EditAliases model={model} version={undefined} />}
      >
        {Object.keys(model.aliases).length > 0 ? (
          <p class="block-list">
            <ModelAliases id={model.id} aliases={model.aliases} />
          </p>
        ) : (
          <p class="block-note">{MODEL_TEXTS.none}</p>
        )}
      </Block>
      <TagBlock tags={model.tags} edits={modelTagEdits(model.id)} />
      <KeyValues
        title={MODEL_TEXTS.about}
        values={{
          [MODEL_TEXTS.created]: formatTime(model.creationTimestamp),
          [MODEL_TEXTS.updated]: formatTime(model.lastUpdatedTimestamp),
        }}
      />
    </>
  );
}

/** How code names the model: by version, or by its newest one. */
function uriOf(model: RegisteredModelEntry, version: string | undefined): string {
  return `models:/${model.name}/${version ?? model.versions[0]?.version ?? "latest"}`;
}

function sourceRuns(versions: readonly ModelVersion[]): string[] {
  return [...new Set(versions.flatMap((version) => version.runId ?? []))];
}
