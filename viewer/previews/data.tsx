import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { parseYaml } from "../../lib/format/yaml.ts";
import { SearchInput } from "../components/SearchInput.tsx";
import { Segmented } from "../components/Segmented.tsx";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { PreviewState } from "./PreviewState.tsx";
import { endingOf, fileName, type PreviewProps } from "./preview.ts";
import { RecordTable } from "./RecordTable.tsx";
import { readWhole } from "./read-bytes.ts";
import { type Records, recordsOf } from "./records.ts";
import { TextPreview } from "./text.tsx";
import { useFile } from "./use-file.ts";
import { ValueTree } from "./ValueTree.tsx";
import { parseJsonLines, parseJsonValue, type TreeValue } from "./value-tree.ts";

/** Larger files are shown as text. */
const MOST_BYTES = 8_000_000;

interface Parsed {
  readonly value: TreeValue;
  /** The value as a table, when it is one. */
  readonly records: Records | undefined;
}

type Mode = "table" | "tree" | "text";

/** JSON, JSON lines and YAML: as a table when it is one, as a tree, or as text. */
export function DataPreview(props: PreviewProps): JSX.Element {
  const { file, url } = props;
  const [mode, setMode] = useState<Mode | null>(null);
  const [search, setSearch] = useState("");
  const reading = useFile<Parsed | "large">("data", async (signal) => {
    const bytes = await readWhole(url, MOST_BYTES, signal);
    if (bytes === undefined) return "large";
    const value = parse(new TextDecoder().decode(bytes), endingOf(file), file.path);
    return { value, records: recordsOf(value) };
  });
  if (reading.state === "reading") return <PreviewState reading={reading} />;
  if (reading.state === "failed") {
    return (
      <div class="preview">
        <p class="preview-warning" role="status">
          {ARTIFACT_TEXTS.brokenFile(reading.reason)}
        </p>
        <TextPreview {...props} />
      </div>
    );
  }
  if (reading.value === "large") return <TextPreview {...props} />;
  const { value, records } = reading.value;
  const shown = mode ?? (records === undefined ? "tree" : "table");
  return (
    <div class="preview">
      <div class="preview-bar">
        <Segmented
          label={fileName(file)}
          value={shown}
          onChange={setMode}
          segments={[
            ...(records === undefined
              ? []
              : [{ value: "table" as const, label: ARTIFACT_TEXTS.table }]),
            { value: "tree", label: ARTIFACT_TEXTS.tree },
            { value: "text", label: ARTIFACT_TEXTS.text },
          ]}
        />
        {shown === "tree" && (
          <SearchInput small value={search} label={ARTIFACT_TEXTS.find} onInput={setSearch} />
        )}
      </div>
      {shown === "tree" && <ValueTree label={fileName(file)} value={value} search={search} />}
      {shown === "table" && records !== undefined && (
        <RecordTable label={fileName(file)} records={records} />
      )}
      {shown === "text" && <TextPreview {...props} />}
    </div>
  );
}

function parse(text: string, ending: string, path: string): TreeValue {
  if (ending === "jsonl" || ending === "ndjson") return parseJsonLines(text);
  if (ending === "yaml" || ending === "yml") return parseYaml(text, path);
  return parseJsonValue(text);
}
