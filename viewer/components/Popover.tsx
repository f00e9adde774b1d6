import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import "./Popover.css";

const GAP = 4;
const MARGIN = 8;

interface PopoverProps {
  /** What the popover hangs from. */
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  /** Names the popover for screen readers. */
  readonly label?: string;
  readonly role?: "dialog" | "menu" | "listbox";
  readonly align?: "start" | "end";
  readonly class?: string;
  readonly id?: string;
  /** Pixels right of the anchor's start, for a list that hangs from a place in a text. */
  readonly offset?: number;
  /** `manual` stays until it is taken away; `auto` closes on Escape and on a click beside it. */
  readonly mode?: "auto" | "manual";
  readonly children: ComponentChildren;
}

/** A box above the page that hangs from a button. Focus returns to where it was when it closes. */
export function Popover(props: PopoverProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const { anchor, align = "start", mode = "auto", offset = 0, onClose } = props;
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = document.activeElement;
    element.showPopover?.();
    const onToggle = (event: Event): void => {
      if ((event as ToggleEvent).newState === "closed") close.current();
    };
    element.addEventListener("toggle", onToggle);
    return () => {
      element.removeEventListener("toggle", onToggle);
      const hadFocus =
        element.contains(document.activeElement) || document.activeElement === document.body;
      if (hadFocus && before instanceof HTMLElement) before.focus();
    };
  }, []);

  useLayoutEffect(() => {
    if (box.current !== null && anchor.current !== null) {
      place(box.current, anchor.current, align, offset);
    }
  });

  useEffect(() => {
    const follow = (): void => {
      if (box.current !== null && anchor.current !== null) {
        place(box.current, anchor.current, align, offset);
      }
    };
    // What is in the box may come later than the box.
    const observer = new ResizeObserver(follow);
    if (box.current !== null) observer.observe(box.current);
    window.addEventListener("resize", follow);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", follow);
    };
  }, [align, offset]);

  return (
    <div
      ref={box}
      id={props.id}
      popover={mode}
      {...{ role: props.role ?? "dialog", "aria-label": props.label }}
      class={`popover ${props.class ?? ""}`}
    >
      {props.children}
    </div>
  );
}

/** Below the anchor, or above it where there is more room; never out of the window. */
function place(
  box: HTMLElement,
  anchor: HTMLElement,
  align: "start" | "end",
  offset: number,
): void {
  const around = anchor.getBoundingClientRect();
  const roomBelow = window.innerHeight - around.bottom - GAP - MARGIN;
  const roomAbove = around.top - GAP - MARGIN;
  const isBelow = box.scrollHeight <= roomBelow || roomBelow >= roomAbove;
  const left = align === "start" ? around.left + offset : around.right - box.offsetWidth;
  const furthest = window.innerWidth - box.offsetWidth - MARGIN;
  box.style.left = `${Math.max(MARGIN, Math.min(left, furthest))}px`;
  box.style.maxHeight = `${isBelow ? roomBelow : roomAbove}px`;
  box.style.top = isBelow ? `${around.bottom + GAP}px` : "auto";
  box.style.bottom = isBelow ? "auto" : `${window.innerHeight - around.top + GAP}px`;
}
