import type { JSX } from "preact";
import { ScrollBox } from "../components/ScrollBox.tsx";
import { formatBytes, plural } from "../format.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { PreviewState } from "./PreviewState.tsx";
import { endingOf, fileName, type PreviewProps } from "./preview.ts";
import { readBytes } from "./read-bytes.ts";
import { type ReadRange, readNpy, readNpz, readSafetensors, type Tensor } from "./tensors.ts";
import { useFile } from "./use-file.ts";
import "./model.css";

interface Header {
  readonly tensors: readonly Tensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** NumPy arrays and safetensors: what their headers tell, without the data. */
export function ArraysPreview({ file, url }: PreviewProps): JSX.Element {
  const reading = useFile<Header>("arrays", async (signal) => {
    const read: ReadRange = async (start, end) => (await readBytes(url, start, end, signal)).bytes;
    const ending = endingOf(file);
    if (ending === "safetensors") return readSafetensors(read);
    const tensors =
      ending === "npz" ? readNpz(read, file.fileSize ?? 0) : readNpy(read, fileName(file));
    return { tensors: await tensors, metadata: {} };
  });
  if (reading.state !== "done") return <PreviewState reading={reading} />;
  const { tensors, metadata } = reading.value;
  return (
    <ScrollBox class="preview-scroll model-card" label={fileName(file)}>
      <table class="key-table">
        <thead>
          <tr>
            <th scope="col">{plural(tensors.length, "array")}</th>
            <th scope="col">{ARTIFACT_TEXTS.dtype}</th>
            <th scope="col">{ARTIFACT_TEXTS.shape}</th>
            <th scope="col" class="is-number">
              {ARTIFACT_TEXTS.size}
            </th>
          </tr>
        </thead>
        <tbody>
          {tensors.map((tensor) => (
            <tr key={tensor.name}>
              <td class="key-table-key" title={tensor.name}>
                {tensor.name}
              </td>
              <td>{tensor.type}</td>
              <td>{tensor.shape.join(" × ")}</td>
              <td class="is-number muted">
                {tensor.bytes === null ? "" : formatBytes(tensor.bytes)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {Object.keys(metadata).length > 0 && (
        <section>
          <h3>{ARTIFACT_TEXTS.metadata}</h3>
          <dl class="key-values">
            {Object.entries(metadata).map(([key, value]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>{String(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </ScrollBox>
  );
}
