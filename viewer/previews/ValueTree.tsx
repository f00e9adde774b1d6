import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Icon } from "../components/Icon.tsx";
import { VirtualList } from "../components/VirtualList.tsx";
import { formatCount } from "../format.ts";
import { toggled } from "../run/key-groups.ts";
import {
  findValues,
  firstOpen,
  isCollection,
  LONG_SCALAR,
  scalarText,
  type TreeValue,
  type ValueRow,
  valueRows,
} from "./value-tree.ts";
import "./ValueTree.css";

interface ValueTreeProps {
  readonly label: string;
  readonly value: TreeValue;
  readonly search?: string;
}

const ROW_HEIGHT = 24;
const INDENT = 16;

/** JSON or YAML as a tree that folds. */
export function ValueTree({ label, value, search = "" }: ValueTreeProps): JSX.Element {
  const [open, setOpen] = useState(() => firstOpen(value) as ReadonlySet<string>);
  const rows = useMemo(
    () => (search === "" ? valueRows(value, (id) => open.has(id)) : findValues(value, search)),
    [value, open, search],
  );
  const toggle = (row: ValueRow): void => {
    if (row.size !== null && search === "") setOpen(toggled(open, row.id));
  };
  return (
    <VirtualList
      class="value-tree"
      role="tree"
      label={label}
      count={rows.length}
      rowHeight={ROW_HEIGHT}
      renderRow={(index) => {
        const row = rows[index];
        return row && <Row key={row.id} row={row} index={index} onToggle={() => toggle(row)} />;
      }}
    />
  );
}

function Row(props: { row: ValueRow; index: number; onToggle: () => void }): JSX.Element {
  const { row, onToggle } = props;
  const isFolder = row.size !== null;
  return (
    <div
      class="value-row"
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={isFolder ? row.isOpen : undefined}
      tabIndex={props.index === 0 ? 0 : -1}
      style={{ paddingLeft: `${16 + row.depth * INDENT}px` }}
      onClick={onToggle}
      onKeyDown={(event) => onKey(event, row, onToggle)}
    >
      <span class="value-row-twisty">
        {isFolder && <Icon name={row.isOpen ? "down" : "right"} size={12} />}
      </span>
      {row.key !== "" && <span class="value-row-key">{row.key}</span>}
      {isFolder ? <Collection row={row} /> : <Scalar value={row.value} />}
    </div>
  );
}

function Collection({ row }: { row: ValueRow }): JSX.Element {
  const [left, right] = Array.isArray(row.value) ? "[]" : "{}";
  return (
    <span class="faint">
      {left}
      {row.isOpen ? "" : "…"}
      {right} {formatCount(row.size ?? 0)}
    </span>
  );
}

function Scalar({ value }: { value: TreeValue }): JSX.Element {
  const text = scalarText(value);
  return (
    <span class={`value-row-scalar value-${kindOf(value)}`} title={text.slice(0, LONG_SCALAR)}>
      {text.slice(0, LONG_SCALAR)}
    </span>
  );
}

function kindOf(value: TreeValue): string {
  if (value === null) return "null";
  return isCollection(value) ? "collection" : typeof value;
}

function onKey(event: KeyboardEvent, row: ValueRow, onToggle: () => void): void {
  const target = event.currentTarget as HTMLElement;
  const isFolder = row.size !== null;
  if (event.key === "ArrowDown") focusOn(target.nextElementSibling);
  else if (event.key === "ArrowUp") focusOn(target.previousElementSibling);
  else if (event.key === "ArrowRight" && isFolder && !row.isOpen) onToggle();
  else if (event.key === "ArrowLeft" && row.isOpen) onToggle();
  else if ((event.key === "Enter" || event.key === " ") && isFolder) onToggle();
  else return;
  event.preventDefault();
}

function focusOn(element: Element | null): void {
  if (element instanceof HTMLElement) element.focus();
}
