import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { parseYamlMap } from "../../lib/format/yaml.ts";
import { ScrollBox } from "../components/ScrollBox.tsx";
import { Segmented } from "../components/Segmented.tsx";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import {
  type ModelCard,
  parseRequirements,
  type Requirement,
  readModelCard,
  type SignatureField,
} from "./mlmodel.ts";
import { PreviewState } from "./PreviewState.tsx";
import { fileName, type PreviewProps } from "./preview.ts";
import { readWhole } from "./read-bytes.ts";
import { resolvePath } from "./resolve-path.ts";
import { TextPreview } from "./text.tsx";
import { useFile } from "./use-file.ts";
import "./model.css";

const MOST_BYTES = 2_000_000;

/** The `MLmodel` file as a card: flavours, signature, what the model needs. */
export function ModelPreview(props: PreviewProps): JSX.Element {
  const { file } = props;
  const [mode, setMode] = useState<"card" | "text">("card");
  const reading = useFile("model", async (signal) => {
    const bytes = await readWhole(props.url, MOST_BYTES, signal);
    const card = readModelCard(parseYamlMap(new TextDecoder().decode(bytes), file.path));
    return { card, requirements: await readRequirements(props, signal) };
  });
  if (reading.state !== "done") return <PreviewState reading={reading} />;
  return (
    <div class="preview">
      <div class="preview-bar">
        <Segmented
          label={fileName(file)}
          value={mode}
          onChange={setMode}
          segments={[
            { value: "card", label: ARTIFACT_TEXTS.modelCard },
            { value: "text", label: ARTIFACT_TEXTS.text },
          ]}
        />
      </div>
      {mode === "text" ? (
        <TextPreview {...props} />
      ) : (
        <Card card={reading.value.card} requirements={reading.value.requirements} />
      )}
    </div>
  );
}

/** The packages lie in a file beside it. */
async function readRequirements(props: PreviewProps, signal: AbortSignal): Promise<Requirement[]> {
  const path = resolvePath(props.file.path, "requirements.txt");
  if (!props.siblings.some((sibling) => sibling.path === path && sibling.published)) return [];
  const bytes = await readWhole(props.urlOf(path), MOST_BYTES, signal);
  return parseRequirements(new TextDecoder().decode(bytes));
}

function Card(props: { card: ModelCard; requirements: readonly Requirement[] }): JSX.Element {
  const { card, requirements } = props;
  return (
    <ScrollBox class="preview-scroll model-card" label={ARTIFACT_TEXTS.modelCard}>
      <dl class="key-values model-facts">
        {card.facts.map(([key, value]) => (
          <div key={key}>
            <dt title={key}>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Signature name={ARTIFACT_TEXTS.inputs} fields={card.inputs} />
      <Signature name={ARTIFACT_TEXTS.outputs} fields={card.outputs} />
      <Signature name={ARTIFACT_TEXTS.params} fields={card.params} />
      {card.flavors.map(({ name, facts }) => (
        <section key={name}>
          <h3>
            {ARTIFACT_TEXTS.flavor} {name}
          </h3>
          <dl class="key-values">
            {facts.map(([key, value]) => (
              <div key={key}>
                <dt title={key}>{key}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      {requirements.length > 0 && (
        <section>
          <h3>{ARTIFACT_TEXTS.dependencies}</h3>
          <RequirementList requirements={requirements} />
        </section>
      )}
    </ScrollBox>
  );
}

function Signature(props: { name: string; fields: readonly SignatureField[] }): JSX.Element | null {
  if (props.fields.length === 0) return null;
  return (
    <section>
      <h3>{props.name}</h3>
      <table class="key-table">
        <tbody>
          {props.fields.map((field) => (
            <tr key={field.name}>
              <td class="key-table-key">{field.name}</td>
              <td>{field.type}</td>
              <td class="faint">
                {field.isRequired ? ARTIFACT_TEXTS.required : ARTIFACT_TEXTS.optional}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function RequirementList(props: { requirements: readonly Requirement[] }): JSX.Element {
  return (
    <table class="key-table">
      <tbody>
        {props.requirements.map(({ name, version }) => (
          <tr key={`${name} ${version}`}>
            <td class="key-table-key">{name}</td>
            <td class="mono">{version}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
