import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useKeys } from "../state/keys.ts";
import { query } from "../state/route.ts";
import { setOnlyDifferences } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Button } from "./Button.tsx";
import { FilterBox } from "./FilterBox.tsx";
import { lazyComponent } from "./lazy.tsx";
import { Popover } from "./Popover.tsx";
import "./RunsTools.css";

const ColumnManager = lazyComponent(
  async () => (await import("./ColumnManager.tsx")).ColumnManager,
);
const GroupPanel = lazyComponent(async () => (await import("./GroupPanel.tsx")).GroupPanel);

interface RunsToolsProps {
  readonly view: RunsView;
  readonly savedFilters: readonly string[];
  /** Charts need no columns. */
  readonly isTable: boolean;
}

/** The filter, and what the table makes of it. */
export function RunsTools({ view, savedFilters, isTable }: RunsToolsProps): JSX.Element {
  const isOn = query.value.get("d") === "1";
  return (
    <div class="runs-tools">
      <FilterBox view={view} q={query.value.get("q") ?? ""} savedFilters={savedFilters} />
      <div class="runs-tools-buttons">
        {isTable && (
          <Button icon="diff" pressed={isOn} onClick={() => setOnlyDifferences(!isOn)}>
            {RUNS_TEXTS.onlyDifferences}
            {view.dataColumnCount > 0 && (
              <span class="button-count">
                {RUNS_TEXTS.ofCount(view.differing, view.dataColumnCount)}
              </span>
            )}
          </Button>
        )}
        <GroupButton view={view} />
        {isTable && (
          <PopoverButton icon="columns" label={RUNS_TEXTS.columns} shortcut=".">
            <ColumnManager view={view} />
          </PopoverButton>
        )}
      </div>
    </div>
  );
}

function PopoverButton(props: {
  icon: "columns" | "group";
  label: string;
  pressed?: boolean;
  /** A key that opens it. */
  shortcut?: string;
  children: JSX.Element;
}): JSX.Element {
  const anchor = useRef<HTMLButtonElement>(null);
  const isOpen = useSignal(false);
  const toggle = (): void => {
    isOpen.value = !isOpen.value;
  };
  useKeys(props.shortcut === undefined ? {} : { [props.shortcut]: toggle });
  return (
    <>
      <Button
        buttonRef={anchor}
        icon={props.icon}
        expanded={isOpen.value}
        hasPopup="dialog"
        {...(props.pressed === undefined ? {} : { pressed: props.pressed })}
        onClick={toggle}
      >
        {props.label}
      </Button>
      {isOpen.value && (
        <Popover
          anchor={anchor}
          label={props.label}
          align="end"
          onClose={() => {
            isOpen.value = false;
          }}
        >
          {props.children}
        </Popover>
      )}
    </>
  );
}

/** How runs are gathered: groups, the tree of nested runs, deleted ones. */
function GroupButton({ view }: { view: RunsView }): JSX.Element {
  const names = view.groupBy.map(({ key }) => key).join(", ");
  return (
    <PopoverButton
      icon="group"
      label={names === "" ? RUNS_TEXTS.group : RUNS_TEXTS.groupedBy(names)}
      pressed={names !== ""}
    >
      <GroupPanel view={view} />
    </PopoverButton>
  );
}
