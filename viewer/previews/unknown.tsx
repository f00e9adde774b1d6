import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../components/Button.tsx";
import { ScrollBox } from "../components/ScrollBox.tsx";
import { formatBytes } from "../format.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { hexLines } from "./hex.ts";
import { PreviewState } from "./PreviewState.tsx";
import { endingOf, fileName, type PreviewProps } from "./preview.ts";
import { readBytes, readWhole } from "./read-bytes.ts";
import { TextPreview } from "./text.tsx";
import { looksLikeText } from "./text-lines.ts";
import { useFile } from "./use-file.ts";

const SHOWN_BYTES = 256;
const SAMPLE_BYTES = 4_096;
/** Larger files are not hashed in the browser. */
const MOST_HASHED = 200_000_000;

const PICKLES = new Set("pkl pickle joblib pt pth ckpt cloudpickle".split(" "));

/** A file of no known kind: text when it looks like text, else its first bytes. Never parsed. */
export function UnknownPreview(props: PreviewProps): JSX.Element {
  const reading = useFile("unknown", async (signal) => {
    const { bytes } = await readBytes(props.url, 0, SAMPLE_BYTES, signal);
    return bytes;
  });
  if (reading.state !== "done") return <PreviewState reading={reading} />;
  const bytes = reading.value;
  if (looksLikeText(bytes)) return <TextPreview {...props} />;
  const isPickle = PICKLES.has(endingOf(props.file));
  return (
    <ScrollBox class="preview-scroll preview-padded" label={fileName(props.file)}>
      <p class="muted">{isPickle ? ARTIFACT_TEXTS.pickleNote : ARTIFACT_TEXTS.unknownKind}</p>
      <pre class="hex">{hexLines(bytes.subarray(0, SHOWN_BYTES)).join("\n")}</pre>
      <Hash {...props} />
    </ScrollBox>
  );
}

/** Computed when asked: it takes the whole file. */
function Hash({ file, url }: PreviewProps): JSX.Element | null {
  const [hash, setHash] = useState<string | null>(null);
  const size = file.fileSize ?? 0;
  if (size > MOST_HASHED) return null;
  if (hash !== null) {
    return (
      <p>
        {ARTIFACT_TEXTS.sha256} <code class="mono">{hash}</code>
      </p>
    );
  }
  const compute = async (): Promise<void> => {
    const bytes = await readWhole(url, MOST_HASHED);
    if (bytes !== undefined) setHash(await sha256(bytes));
  };
  return (
    <Button onClick={() => void compute()}>
      {ARTIFACT_TEXTS.computeHash} {ARTIFACT_TEXTS.sha256} ({formatBytes(size)})
    </Button>
  );
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
