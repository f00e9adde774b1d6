import type { JSX } from "preact";
import { formatCount } from "../format.ts";
import { Icon } from "./Icon.tsx";

interface KeyGroupRowProps {
  readonly prefix: string;
  readonly count: number;
  readonly columns: number;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** The row over keys that share a prefix; it folds them. */
export function KeyGroupRow(props: KeyGroupRowProps): JSX.Element {
  return (
    <tr>
      <td colSpan={props.columns}>
        <button
          type="button"
          class="key-table-group"
          aria-expanded={props.isOpen}
          onClick={props.onToggle}
        >
          <Icon name={props.isOpen ? "down" : "right"} size={12} />
          {props.prefix} <span class="faint">{formatCount(props.count)}</span>
        </button>
      </td>
    </tr>
  );
}
