import type { JSX } from "preact";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { EmptyState } from "./EmptyState.tsx";

/** Code that could not be loaded: the connection is lost, or the viewer was updated. */
export function ChunkFailed(): JSX.Element {
  return (
    <EmptyState title={TEXTS.chunkFailed} icon="warning">
      <p>{TEXTS.chunkFailedHint}</p>
      <Button icon="refresh" onClick={() => location.reload()}>
        {TEXTS.reload}
      </Button>
    </EmptyState>
  );
}
