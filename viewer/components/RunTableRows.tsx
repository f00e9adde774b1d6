import { Component, createRef, type JSX, type RefObject } from "preact";
import { takeFirstTable } from "./first-table.ts";
import type { RowContext, RowState } from "./row-context.ts";
import { RowPainter } from "./row-painter.ts";
// Here, not where they are drawn: the first rows wait for one file of styles, not two.
import "./RunMark.css";
import "./row-painter.css";

interface RunTableRowsProps {
  readonly context: RowContext;
  /** In view. */
  readonly rows: readonly RowState[];
  readonly rowCount: number;
  /** Whether scrolling has stopped for a while. */
  readonly isRested: boolean;
}

/** The rows of the table that are in view, at their places in the room of all of them. */
export class RunTableRows extends Component<RunTableRowsProps> {
  readonly #box: RefObject<HTMLDivElement | null> = createRef();
  #painter: RowPainter | null = null;

  override componentDidMount(): void {
    const box = this.#box.current;
    if (box === null) return;
    const first = takeFirstTable();
    this.#painter = first?.painter.moveTo(box) ?? new RowPainter(box);
    this.#paint();
    if (first !== null && (first.top > 0 || first.left > 0)) {
      box.parentElement?.scrollTo(first.left, first.top);
    }
  }

  override componentDidUpdate(): void {
    this.#paint();
  }

  #paint(): void {
    const { context, rows, isRested } = this.props;
    this.#painter?.paint(context, rows, isRested);
  }

  override render(): JSX.Element {
    const { context, rowCount } = this.props;
    const style = { height: `${rowCount * context.rowHeight}px`, width: `${context.width}px` };
    return <div ref={this.#box} class="run-table-rows" role="rowgroup" style={style} />;
  }
}
