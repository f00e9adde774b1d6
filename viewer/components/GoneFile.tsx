import type { JSX } from "preact";
import type { ArtifactsFile } from "../../lib/wire/data-files.ts";
import { manifest } from "../data/live.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { EmptyState } from "./EmptyState.tsx";

/** A file that an address names and nobody has: where it should be, where was looked, and what mends it. */
export function GoneFile({ path, root }: { path: string; root: ArtifactsFile }): JSX.Element {
  const { recordedUri } = root;
  const isInTree = root.source === "tree";
  const tree = manifest.value?.mode === "live" ? manifest.value.roots[0]?.label : undefined;
  return (
    <EmptyState title={ARTIFACT_TEXTS.gone(path)} icon="file">
      <p>{ARTIFACT_TEXTS.goneHint}</p>
      {recordedUri !== undefined && (
        <p>
          {ARTIFACT_TEXTS.recorded} <code class="mono">{recordedUri}</code>{" "}
          {isInTree && ARTIFACT_TEXTS.triedInstead}
        </p>
      )}
      {isInTree && tree !== undefined && (
        <p>
          <code class="mono">mlruns relocate {tree}</code> {ARTIFACT_TEXTS.relocate}
        </p>
      )}
    </EmptyState>
  );
}
