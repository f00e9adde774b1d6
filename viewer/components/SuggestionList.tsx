import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Suggestion } from "../table/completions.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";

interface SuggestionListProps {
  readonly id: string;
  readonly items: readonly Suggestion[];
  readonly active: number;
  readonly onAccept: (item: Suggestion) => void;
}

/** The options of the filter box; the typed part is marked. */
export function SuggestionList({ id, items, active, onAccept }: SuggestionListProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <>
      <div ref={list} role="presentation">
        {items.map((item, i) => (
          <div
            key={item.text}
            id={`${id}-${i}`}
            class="filter-option"
            {...optionProps(i === active, () => onAccept(item))}
          >
            <span class="cut">
              {item.label.slice(0, item.match[0])}
              <mark>{item.label.slice(...item.match)}</mark>
              {item.label.slice(item.match[1])}
            </span>
            <span class="filter-option-hint">{item.hint}</span>
          </div>
        ))}
      </div>
      <div class="filter-hints" aria-hidden="true">
        <span>
          <kbd>Tab</kbd> {RUNS_TEXTS.acceptHint}
        </span>
        <span>
          <kbd>Enter</kbd> {RUNS_TEXTS.applyHint}
        </span>
        <span>
          <kbd>Esc</kbd> {RUNS_TEXTS.closeHint}
        </span>
      </div>
    </>
  );
}

/** The field keeps the focus: the mouse chooses on its way down. */
function optionProps(isActive: boolean, onChoose: () => void): object {
  return {
    role: "option",
    "aria-selected": isActive,
    onMouseDown: (event: MouseEvent) => {
      event.preventDefault();
      onChoose();
    },
  };
}
