import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { connection } from "../data/live.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { EmptyState } from "./EmptyState.tsx";

/** Code that could not be loaded: the server is away, and the page comes with it, or the viewer was updated. */
export function ChunkFailed(): JSX.Element {
  const isLost = connection.value === "lost";
  const wasLost = useRef(false);
  wasLost.current ||= isLost;
  useEffect(() => {
    if (wasLost.current && !isLost) location.reload();
  }, [isLost]);
  return (
    <EmptyState title={TEXTS.chunkFailed} icon="warning">
      <p>{isLost ? TEXTS.chunkLostHint : TEXTS.chunkFailedHint}</p>
      {!isLost && (
        <Button icon="refresh" onClick={() => location.reload()}>
          {TEXTS.reload}
        </Button>
      )}
    </EmptyState>
  );
}
