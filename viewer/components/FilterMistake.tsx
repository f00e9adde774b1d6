import type { JSX } from "preact";
import type { MlrunsError } from "../../lib/errors.ts";
import type { SearchEngine } from "../state/search-engine.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";

interface FilterMistakeProps {
  readonly engine: SearchEngine;
  readonly mistake: MlrunsError;
  readonly text: string;
  readonly onFix: (text: string) => void;
}

/** What is wrong with a filter, what belongs there, and a button that mends it. */
export function FilterMistake({ engine, mistake, text, onFix }: FilterMistakeProps): JSX.Element {
  const fix = engine.fixFilter(text, mistake);
  return (
    <div class="filter-mistake" role="status">
      <Icon name="warning" size={14} />
      <span title={mistake.message}>{mistake.hint ?? mistake.message}</span>
      {fix !== null && (
        <Button small onClick={() => onFix(fix.text)}>
          {RUNS_TEXTS.useFix(fix.replacement)}
        </Button>
      )}
    </div>
  );
}
