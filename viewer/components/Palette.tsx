import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { closeOverlay, takeTyped } from "../state/overlay.ts";
import { TEXTS } from "../texts.ts";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";
import { type PaletteItem, searchItem, usePaletteItems } from "./palette-items.ts";
import { RunMark } from "./RunMark.tsx";
import { VirtualList } from "./VirtualList.tsx";
import "./Palette.css";

const ROW_HEIGHT = 32;
const MOST = 200;

/** One field for everything: pages, experiments, runs, metrics and actions. */
export function Palette(): JSX.Element {
  const text = useSignal("");
  const active = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const all = usePaletteItems();
  const items = useMemo(() => offered(all, text.value), [all, text.value]);

  const choose = (item: PaletteItem | undefined): void => {
    if (item === undefined) return;
    closeOverlay();
    item.onChoose();
  };
  useEffect(() => {
    if (input.current === null) return;
    const typed = takeTyped();
    input.current.value = typed.text;
    text.value = typed.text;
    input.current.focus();
    if (typed.isEntered) choose(offered(all, typed.text)[0]);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      const next = active.value + step;
      const isStep = Math.abs(step) === 1;
      active.value = isStep
        ? (next + items.length) % Math.max(1, items.length)
        : Math.min(Math.max(next, 0), items.length - 1);
    } else if (event.key === "Enter") choose(items[active.value]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={TEXTS.goTo} bare class="palette" onClose={closeOverlay}>
      <label class="palette-field">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label={TEXTS.goTo}
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={items.length > 0 ? `${listId}-${active.value}` : undefined}
          placeholder={TEXTS.paletteHint}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            active.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <VirtualList
        id={listId}
        class="palette-list"
        role="listbox"
        label={TEXTS.goTo}
        count={items.length}
        rowHeight={ROW_HEIGHT}
        activeIndex={active.value}
        renderRow={(index) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <div
              key={item.id}
              id={`${listId}-${index}`}
              class="palette-item"
              {...optionProps(index, items.length, index === active.value, () => choose(item))}
            >
              {item.run === undefined ? (
                <Icon name={item.icon} size={14} />
              ) : (
                <RunMark runId={item.run.runId} status={item.run.status} />
              )}
              <span class="cut">{item.label}</span>
              <span class="spacer" />
              <span class="palette-note cut">{item.note}</span>
              {item.hint !== undefined && <kbd>{item.hint}</kbd>}
            </div>
          );
        }}
      />
    </Dialog>
  );
}

/** What the words find, and last a search among the runs of all experiments, which are not all read here. */
function offered(items: readonly PaletteItem[], text: string): readonly PaletteItem[] {
  const found = rank(items, text);
  return text.trim() === "" ? found : [...found, searchItem(text.trim())];
}

/** What begins with the words first, then what has them anywhere, in the given order. */
function rank(items: readonly PaletteItem[], text: string): readonly PaletteItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const [first = ""] = words;
  return items
    .map((item) => ({ item, haystack: `${item.label} ${item.note}`.toLowerCase() }))
    .filter(({ haystack }) => words.every((word) => haystack.includes(word)))
    .sort((a, b) => Number(b.haystack.startsWith(first)) - Number(a.haystack.startsWith(first)))
    .slice(0, MOST)
    .map(({ item }) => item);
}

function optionProps(
  index: number,
  count: number,
  isActive: boolean,
  onChoose: () => void,
): object {
  return {
    role: "option",
    "aria-selected": isActive,
    "aria-posinset": index + 1,
    "aria-setsize": count,
    onClick: onChoose,
  };
}
