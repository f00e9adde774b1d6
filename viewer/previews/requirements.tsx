import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { parseYamlMap } from "../../lib/format/yaml.ts";
import { ScrollBox } from "../components/ScrollBox.tsx";
import { Segmented } from "../components/Segmented.tsx";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { condaRequirements, parseRequirements, type Requirement } from "./mlmodel.ts";
import { RequirementList } from "./model.tsx";
import { PreviewState } from "./PreviewState.tsx";
import { fileName, type PreviewProps } from "./preview.ts";
import { readWhole } from "./read-bytes.ts";
import { TextPreview } from "./text.tsx";
import { useFile } from "./use-file.ts";
import "./model.css";

const MOST_BYTES = 2_000_000;

/** What a model needs: the packages of a requirements file or an environment. */
export function RequirementsPreview(props: PreviewProps): JSX.Element {
  const [mode, setMode] = useState<"list" | "text">("list");
  const reading = useFile("requirements", async (signal) => {
    const bytes = await readWhole(props.url, MOST_BYTES, signal);
    return requirementsOf(fileName(props.file), new TextDecoder().decode(bytes));
  });
  if (reading.state === "failed") return <TextPreview {...props} />;
  if (reading.state === "reading") return <PreviewState reading={reading} />;
  return (
    <div class="preview">
      <div class="preview-bar">
        <Segmented
          label={fileName(props.file)}
          value={mode}
          onChange={setMode}
          segments={[
            { value: "list", label: ARTIFACT_TEXTS.dependencies },
            { value: "text", label: ARTIFACT_TEXTS.text },
          ]}
        />
      </div>
      {mode === "text" ? (
        <TextPreview {...props} />
      ) : (
        <ScrollBox class="preview-scroll model-card" label={fileName(props.file)}>
          <RequirementList requirements={reading.value} />
        </ScrollBox>
      )}
    </div>
  );
}

function requirementsOf(name: string, text: string): Requirement[] {
  if (!name.endsWith(".yaml")) return parseRequirements(text);
  const file = parseYamlMap(text, name);
  if (name === "conda.yaml") return condaRequirements(file);
  // python_env.yaml names the interpreter, what builds packages, and the packages.
  const lines = [file.build_dependencies, file.dependencies].flatMap((list) =>
    Array.isArray(list) ? list.map(String) : [],
  );
  return [
    { name: "python", version: `==${String(file.python)}` },
    ...parseRequirements(lines.join("\n")),
  ];
}
