import type { JSX } from "preact";
import { useState } from "preact/hooks";
import {
  firstOpen,
  isCollection,
  scalarText,
  type TreeValue,
  valueRows,
} from "../previews/value-tree.ts";
import { toggled } from "../run/key-groups.ts";
import { Icon } from "./Icon.tsx";
import "./InlineTree.css";

/** More rows than a page should have at one place. */
const MOST_ROWS = 500;
const INDENT = 14;

/** A JSON value in the flow of a page: long texts wrap, collections fold. */
export function InlineTree({ label, value }: { label: string; value: TreeValue }): JSX.Element {
  const [open, setOpen] = useState(() => firstOpen(value) as ReadonlySet<string>);
  if (!isCollection(value)) return <pre class="inline-scalar">{scalarText(value)}</pre>;
  const rows = valueRows(value, (id) => open.has(id));
  return (
    <ul class="inline-tree" aria-label={label}>
      {rows.slice(0, MOST_ROWS).map((row) => (
        <li key={row.id} style={{ paddingLeft: `${row.depth * INDENT}px` }}>
          {row.size === null ? (
            <>
              <span class="inline-key">{row.key}</span>
              <span class="inline-value">{scalarText(row.value)}</span>
            </>
          ) : (
            <button
              type="button"
              class="inline-fold"
              aria-expanded={row.isOpen}
              onClick={() => setOpen(toggled(open, row.id))}
            >
              <Icon name={row.isOpen ? "down" : "right"} size={12} />
              <span class="inline-key">{row.key}</span>
              <span class="faint">{row.size}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
