import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { manifest, refresh } from "../data/live.ts";
import { formatAgo } from "../format.ts";
import { useNow } from "../state/now.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import "./ConnectionBar.css";

/** Says that the server does not answer. What was read stays usable, and is marked as old. */
export function ConnectionBar(): JSX.Element {
  const isTrying = useSignal(false);
  const now = useNow();
  const readAt = manifest.value?.readAt ?? now;
  return (
    <div class="connection-bar" role="status">
      <span>{TEXTS.connectionLost(formatAgo(readAt, now))}</span>
      <Button
        small
        icon="refresh"
        disabled={isTrying.value}
        onClick={async () => {
          isTrying.value = true;
          await refresh();
          isTrying.value = false;
        }}
      >
        {TEXTS.retry}
      </Button>
    </div>
  );
}
