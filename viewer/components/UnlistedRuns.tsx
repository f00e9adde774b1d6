import type { JSX } from "preact";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { refresh } from "../data/live.ts";
import { plural } from "../format.ts";
import { runNameOf } from "../run/facts.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import "./UnlistedRuns.css";

/** Says of which runs the artifacts could not be listed, so that nobody takes them for runs without any. */
export function UnlistedRuns({ runs }: { runs: readonly RunFile[] }): JSX.Element | null {
  const unlisted = runs.filter(({ artifacts }) => artifacts.problem !== undefined);
  const [first] = unlisted;
  if (first === undefined) return null;
  return (
    <p class="unlisted-runs" role="status">
      <span>
        {ARTIFACT_TEXTS.unlisted(namesOf(unlisted))}{" "}
        <span class="faint">{first.artifacts.problem}</span>
      </span>
      <Button small icon="refresh" onClick={() => void refresh()}>
        {TEXTS.retry}
      </Button>
    </p>
  );
}

const FEW = 3;

function namesOf(runs: readonly RunFile[]): string {
  if (runs.length > FEW) return plural(runs.length, "run");
  return runs.map(({ info }) => runNameOf(info)).join(", ");
}
