import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import "./VirtualList.css";

interface VirtualListProps {
  readonly count: number;
  /** Pixels; every row is as high. */
  readonly rowHeight: number;
  readonly renderRow: (index: number) => ComponentChildren;
  /** Row to bring into view when it changes. */
  readonly activeIndex?: number;
  readonly class?: string;
  readonly role?: "listbox" | "list" | "tree" | "presentation";
  readonly label?: string;
  readonly id?: string;
}

const OVERSCAN = 6;

/** A list that only draws the rows in view. `renderRow` gives a row its key, role and `aria-posinset`. */
export function VirtualList(props: VirtualListProps): JSX.Element {
  const { count, rowHeight, activeIndex } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });

  const look = (): void => {
    const box = scroller.current;
    if (box === null) return;
    const top = Math.floor(box.scrollTop / rowHeight) * rowHeight;
    setView((old) =>
      old.top === top && old.height === box.clientHeight ? old : { top, height: box.clientHeight },
    );
  };

  useEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null || activeIndex === undefined || activeIndex < 0) return;
    const top = activeIndex * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + rowHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = top + rowHeight - box.clientHeight;
    }
  }, [activeIndex, rowHeight]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  return (
    <div
      ref={scroller}
      id={props.id}
      class={`virtual-list ${props.class ?? ""}`}
      {...{ role: props.role ?? "presentation", "aria-label": props.label }}
      onScroll={look}
    >
      <div
        class="virtual-list-rows"
        role="presentation"
        style={{ height: `${count * rowHeight}px` }}
      >
        <div role="presentation" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, i) => props.renderRow(first + i))}
        </div>
      </div>
    </div>
  );
}
