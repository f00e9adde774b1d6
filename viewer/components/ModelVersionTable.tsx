import type { JSX } from "preact";
import type { RegisteredModelEntry } from "../../lib/wire/data-files.ts";
import { formatAgo, formatTimeFull, plural } from "../format.ts";
import { tagText } from "../models/tag-text.ts";
import { toggled } from "../run/key-groups.ts";
import { modelVersionHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { MODEL_TEXTS } from "../texts/models.ts";
import { Checkbox } from "./Checkbox.tsx";
import { VirtualTable } from "./VirtualTable.tsx";

interface ModelVersionTableProps {
  readonly model: RegisteredModelEntry;
  /** The version that is shown in full. */
  readonly current: string | undefined;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

/** The versions of a model, the newest first. */
export function ModelVersionTable(props: ModelVersionTableProps): JSX.Element {
  const { model, current, chosen, onChoose } = props;
  const now = useNow();
  const hasStages = model.versions.some((version) => version.currentStage !== "None");
  const columns = [
    { name: MODEL_TEXTS.choose, width: 40, isNameHidden: true },
    { name: MODEL_TEXTS.version, width: 112 },
    { name: MODEL_TEXTS.aliases, width: 160 },
    ...(hasStages ? [{ name: MODEL_TEXTS.stage, width: 104 }] : []),
    { name: MODEL_TEXTS.description, width: 160, grows: true },
    { name: MODEL_TEXTS.tags, width: 140, grows: true },
    { name: MODEL_TEXTS.created, width: 112 },
  ];
  const cell = (row: number, column: number): JSX.Element | string => {
    const version = model.versions[row];
    if (version === undefined) return "";
    const name = MODEL_TEXTS.versionName(version.version);
    switch (columns[column]?.name) {
      case MODEL_TEXTS.choose:
        return (
          <Checkbox
            isChecked={chosen.has(version.version)}
            label={name}
            onChange={() => onChoose(toggled(chosen, version.version))}
          />
        );
      case MODEL_TEXTS.version:
        return (
          <a
            class="table-link"
            href={modelVersionHref(model.id, version.version)}
            aria-current={version.version === current ? "true" : undefined}
          >
            {name}
          </a>
        );
      case MODEL_TEXTS.aliases:
        return (
          <span class="model-aliases">
            {version.aliases.map((alias) => (
              <span key={alias} class="model-alias">
                {alias}
              </span>
            ))}
          </span>
        );
      case MODEL_TEXTS.stage:
        return version.currentStage === "None" ? "" : version.currentStage;
      case MODEL_TEXTS.description:
        return version.description ?? "";
      case MODEL_TEXTS.tags:
        return tagText(version.tags);
      default:
        return formatAgo(version.creationTimestamp, now);
    }
  };
  return (
    <>
      <VirtualTable
        label={MODEL_TEXTS.versions}
        columns={columns}
        count={model.versions.length}
        cell={cell}
        isRowCurrent={(row) => model.versions[row]?.version === current}
        title={(row, column) =>
          column === columns.length - 1
            ? formatTimeFull(model.versions[row]?.creationTimestamp ?? Number.NaN)
            : undefined
        }
      />
      <footer class="page-foot">
        <span>{plural(model.versions.length, "version")}</span>
        {chosen.size === 0 && <span>{MODEL_TEXTS.chooseVersions}</span>}
      </footer>
    </>
  );
}
