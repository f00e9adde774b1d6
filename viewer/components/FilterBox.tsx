import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { useKeys } from "../state/keys.ts";
import { isTexts, preference } from "../state/preferences.ts";
import { setFilter } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import { loadSearch, searchEngine } from "../state/search-engine.ts";
import type { Suggestion } from "../table/completions.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Button } from "./Button.tsx";
import { FilterMirror } from "./FilterMirror.tsx";
import { FilterMistake } from "./FilterMistake.tsx";
import { Icon } from "./Icon.tsx";
import { Popover } from "./Popover.tsx";
import { SuggestionList } from "./SuggestionList.tsx";
import "./FilterBox.css";

/** Typing waits so long before the table follows. */
const TYPING_MS = 120;
const MOST_RECENT = 20;

const recent = preference<readonly string[]>("filters.recent", [], isTexts);

interface FilterBoxProps {
  readonly view: RunsView;
  /** Filter of the address. */
  readonly q: string;
  /** Offered on an empty box, beside the reader's own. */
  readonly savedFilters: readonly string[];
}

/** The search box: MLflow's filter language with suggestions, and mistakes underlined. An ARIA combobox. */
export function FilterBox({ view, q, savedFilters }: FilterBoxProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const listId = useId();
  const text = useSignal(q);
  const cursor = useSignal(q.length);
  const isOpen = useSignal(false);
  const active = useSignal(-1);
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => {
    if (typing.current === undefined) text.value = q;
  }, [q]);
  useKeys({ "/": () => input.current?.focus() });

  const apply = (value: string, isChosen: boolean): void => {
    clearTimeout(typing.current);
    typing.current = undefined;
    setFilter(value.trim(), isChosen);
    if (isChosen && value.trim() !== "") remember(value.trim());
  };
  const change = (value: string, at: number): void => {
    text.value = value;
    cursor.value = at;
    isOpen.value = true;
    active.value = -1;
    clearTimeout(typing.current);
    typing.current = setTimeout(() => apply(value, false), TYPING_MS);
  };

  const engine = searchEngine.value;
  const suggestions = useMemo(() => {
    if (!isOpen.value) return { start: 0, items: [] };
    if (text.value.trim() === "") return { start: 0, items: emptySuggestions(savedFilters) };
    return engine?.suggest(view.table, text.value, cursor.value) ?? { start: 0, items: [] };
  }, [engine, isOpen.value, text.value, cursor.value, view.table, savedFilters]);
  const { items } = suggestions;

  const accept = (item: Suggestion): void => {
    change(item.text, item.cursor);
    const element = input.current;
    if (element === null) return;
    element.value = item.text;
    element.focus();
    element.setSelectionRange(item.cursor, item.cursor);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const hasList = isOpen.value && items.length > 0;
    const chosen = items[active.value];
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey) {
      event.preventDefault();
      isOpen.value = true;
      const step = event.key === "ArrowDown" ? 1 : -1;
      active.value = items.length === 0 ? -1 : wrap(active.value + step, items.length);
    } else if (event.key === "Tab" && hasList && !event.shiftKey) {
      event.preventDefault();
      accept(chosen ?? (items[0] as Suggestion));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (hasList && chosen !== undefined) accept(chosen);
      else {
        isOpen.value = false;
        apply(text.value, true);
      }
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (hasList) isOpen.value = false;
      else input.current?.blur();
    }
  };

  const { mistake } = view.filter;
  const hints = engine?.viewerOnlyHints(view.filter.filter) ?? [];
  const follow = (): void => {
    if (input.current !== null) cursor.value = input.current.selectionStart ?? text.value.length;
    if (mirror.current !== null) mirror.current.scrollLeft = input.current?.scrollLeft ?? 0;
  };
  const hasList = isOpen.value && items.length > 0;
  // What is still being typed is no mistake yet, and the list says how it may go on.
  const shownMistake = hasList ? null : mistake;
  return (
    <div class="filter-box">
      <div class={shownMistake === null ? "filter-line" : "filter-line filter-line-wrong"}>
        <Icon name="search" />
        <div class="filter-field">
          <FilterMirror
            engine={engine}
            mirrorRef={mirror}
            text={text.value}
            mistake={shownMistake}
          />
          <input
            ref={input}
            class="filter-input"
            type="text"
            role="combobox"
            aria-label={RUNS_TEXTS.filter}
            aria-expanded={hasList}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-invalid={mistake !== null}
            aria-activedescendant={
              hasList && active.value >= 0 ? `${listId}-${active.value}` : undefined
            }
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder={RUNS_TEXTS.filterPlaceholder}
            value={text.value}
            onInput={(event) => {
              const { value, selectionStart } = event.currentTarget;
              change(value, selectionStart ?? value.length);
            }}
            onKeyDown={onKeyDown}
            onKeyUp={follow}
            onClick={() => {
              follow();
              isOpen.value = true;
            }}
            onScroll={follow}
            onFocus={() => {
              void loadSearch();
              isOpen.value = text.value === "";
            }}
            onBlur={() => {
              isOpen.value = false;
            }}
          />
        </div>
        {hints.length > 0 && (
          <span class="filter-badge" title={hints.join("\n")}>
            {RUNS_TEXTS.viewerOnly}
          </span>
        )}
        {text.value === "" ? (
          <kbd class="filter-key" title={RUNS_TEXTS.filterKey}>
            /
          </kbd>
        ) : (
          <>
            <span class="filter-count" role="status">
              {RUNS_TEXTS.matches(view.filter.rows.length)}
            </span>
            <Button
              kind="quiet"
              small
              icon="close"
              label={RUNS_TEXTS.clearFilter}
              onClick={() => {
                text.value = "";
                apply("", true);
                input.current?.focus();
              }}
            />
          </>
        )}
      </div>
      {shownMistake !== null && engine !== null && (
        <FilterMistake
          engine={engine}
          mistake={shownMistake}
          text={text.value}
          onFix={(fixed) => change(fixed, fixed.length)}
        />
      )}
      {hasList && (
        <Popover
          anchor={input}
          mode="manual"
          role="listbox"
          id={listId}
          label={RUNS_TEXTS.filter}
          offset={offsetOf(input.current, text.value, suggestions.start)}
          class="filter-suggestions"
          onClose={() => undefined}
        >
          <SuggestionList id={listId} items={items} active={active.value} onAccept={accept} />
        </Popover>
      )}
    </div>
  );
}

function emptySuggestions(savedFilters: readonly string[]): Suggestion[] {
  const own = recent.value.map((text) => ({ text, hint: RUNS_TEXTS.recentFilter }));
  const saved = savedFilters
    .filter((text) => !recent.value.includes(text))
    .map((text) => ({ text, hint: RUNS_TEXTS.savedFilter }));
  return [...own, ...saved].map(({ text, hint }) => ({
    label: text,
    hint,
    match: [0, 0],
    text,
    cursor: text.length,
  }));
}

function remember(filter: string): void {
  const others = recent.peek().filter((known) => known !== filter);
  recent.value = [filter, ...others].slice(0, MOST_RECENT);
}

function wrap(index: number, count: number): number {
  return (index + count) % count;
}

/** Pixels from the start of the field to a character, in the field's font of equal widths. */
function offsetOf(input: HTMLInputElement | null, text: string, start: number): number {
  if (input === null) return 0;
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return 0;
  context.font = getComputedStyle(input).font;
  return context.measureText(text.slice(0, start)).width - input.scrollLeft;
}
