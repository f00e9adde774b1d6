import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RegisteredModelEntry, RegistryFile } from "../../lib/wire/data-files.ts";
import { ListPage } from "../components/ListPage.tsx";
import { ModelAliases } from "../components/ModelAliases.tsx";
import { VirtualTable } from "../components/VirtualTable.tsx";
import { getRegistry } from "../data/client.ts";
import { manifest } from "../data/live.ts";
import { useData } from "../data/use-data.ts";
import { formatAgo, formatTimeFull, plural } from "../format.ts";
import { tagText } from "../models/tag-text.ts";
import { modelHref, modelVersionHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { useTitle } from "../state/title.ts";
import { MODEL_TEXTS } from "../texts/models.ts";

/** The registry: models that have a name and versions. */
export function ModelList(): JSX.Element {
  useTitle(MODEL_TEXTS.models);
  const { data, error } = useData<RegistryFile>("registry", (signal) => getRegistry({ signal }));
  const models = useMemo(() => data?.models.filter((model) => !model.isPrompt) ?? null, [data]);
  const prompts = (data?.models.length ?? 0) - (models?.length ?? 0);
  return (
    <ListPage
      title={MODEL_TEXTS.registeredModels}
      items={models}
      error={error}
      noun="model"
      textOf={textOf}
      searchLabel={MODEL_TEXTS.find}
      noMatch={MODEL_TEXTS.noMatch}
      empty={{ title: MODEL_TEXTS.noModels, hint: MODEL_TEXTS.noModelsHint, icon: "box" }}
      note={prompts > 0 ? MODEL_TEXTS.promptsHidden(plural(prompts, "prompt")) : undefined}
    >
      {(found) => <Table models={found} />}
    </ListPage>
  );
}

function Table({ models }: { models: readonly RegisteredModelEntry[] }): JSX.Element {
  const now = useNow();
  const hasStages = models.some((model) => stageOf(model) !== "");
  const roots = manifest.value?.roots ?? [];
  const columns = [
    { name: MODEL_TEXTS.name, width: 220 },
    ...(roots.length > 1 ? [{ name: MODEL_TEXTS.root, width: 120 }] : []),
    { name: MODEL_TEXTS.latest, width: 104 },
    { name: MODEL_TEXTS.aliases, width: 220 },
    ...(hasStages ? [{ name: MODEL_TEXTS.stage, width: 168 }] : []),
    { name: MODEL_TEXTS.tags, width: 200, grows: true },
    { name: MODEL_TEXTS.updated, width: 120 },
  ];
  const cell = (row: number, column: number): JSX.Element | string => {
    const model = models[row];
    if (model === undefined) return "";
    const latest = model.versions[0]?.version;
    switch (columns[column]?.name) {
      case MODEL_TEXTS.name:
        return (
          <a class="table-link" href={modelHref(model.id)}>
            {model.name}
          </a>
        );
      case MODEL_TEXTS.latest:
        return latest === undefined ? (
          ""
        ) : (
          <a class="link" href={modelVersionHref(model.id, latest)}>
            {MODEL_TEXTS.versionName(latest)}
          </a>
        );
      case MODEL_TEXTS.aliases:
        return <ModelAliases id={model.id} aliases={model.aliases} />;
      case MODEL_TEXTS.root:
        return roots[model.root]?.key ?? "";
      case MODEL_TEXTS.stage:
        return stageOf(model);
      case MODEL_TEXTS.tags:
        return tagText(model.tags);
      default:
        return formatAgo(model.lastUpdatedTimestamp, now);
    }
  };
  return (
    <VirtualTable
      label={MODEL_TEXTS.registeredModels}
      columns={columns}
      count={models.length}
      cell={cell}
      title={(row, column) =>
        column === columns.length - 1
          ? formatTimeFull(models[row]?.lastUpdatedTimestamp ?? Number.NaN)
          : undefined
      }
    />
  );
}

/** Stages that versions are in, the highest version of each. Only old registries have them. */
function stageOf(model: RegisteredModelEntry): string {
  const stages = new Map<string, string>();
  for (const { currentStage, version } of model.versions) {
    if (currentStage === "None" || stages.has(currentStage)) continue;
    stages.set(currentStage, version);
  }
  return [...stages].map(([stage, version]) => `${stage} ${version}`).join(", ");
}

function textOf(model: RegisteredModelEntry): string {
  return [model.name, tagText(model.tags), ...Object.keys(model.aliases), model.description].join(
    "\n",
  );
}
