import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";
import { Popover } from "./Popover.tsx";
import "./Menu.css";

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  /** Shown at the right: a key, a count. */
  readonly hint?: string;
  readonly isChecked?: boolean;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  /** A line stands above. */
  readonly startsGroup?: boolean;
  readonly onChoose: () => void;
}

interface MenuButtonProps {
  readonly items: readonly MenuItem[];
  /** Of the menu; of the button too when it shows only an icon. */
  readonly label: string;
  readonly icon?: IconName;
  readonly kind?: "plain" | "quiet";
  readonly small?: boolean;
  readonly align?: "start" | "end";
  readonly class?: string;
  readonly children?: ComponentChildren;
}

/** A button with a menu: arrows move, Enter chooses, Escape closes. */
export function MenuButton(props: MenuButtonProps): JSX.Element {
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const { items, label, children, align = "start", ...look } = props;
  return (
    <>
      <Button
        {...look}
        buttonRef={anchor}
        {...(children === undefined ? { label } : { title: label })}
        expanded={isOpen}
        hasPopup="menu"
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </Button>
      {isOpen && (
        <Popover
          anchor={anchor}
          role="menu"
          label={label}
          align={align}
          onClose={() => setOpen(false)}
        >
          <MenuItems items={items} onDone={() => setOpen(false)} />
        </Popover>
      )}
    </>
  );
}

/** The items of a menu, for a popover of one's own. Takes the focus when it appears. */
export function MenuItems({
  items,
  onDone,
  label,
}: {
  items: readonly MenuItem[];
  onDone: () => void;
  /** Of a menu among other things; without it the popover is the menu. */
  label?: string;
}): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => focusItem(list.current, 0), []);
  const hasMarks = items.some(
    ({ icon, isChecked }) => icon !== undefined || isChecked !== undefined,
  );
  return (
    <ul
      ref={list}
      class="menu"
      {...(label === undefined ? { role: "none" } : { role: "menu", "aria-label": label })}
      onKeyDown={(event) => moveFocus(event, list.current)}
    >
      {items.map((item) => (
        <li
          key={item.label}
          role="none"
          class={item.startsGroup === true ? "menu-group" : undefined}
        >
          <button
            type="button"
            {...roleOf(item)}
            class={item.isDanger === true ? "menu-item menu-item-danger" : "menu-item"}
            disabled={item.isDisabled}
            tabIndex={-1}
            onClick={() => {
              onDone();
              item.onChoose();
            }}
          >
            {hasMarks && <span class="menu-mark">{markOf(item)}</span>}
            <span class="menu-label">{item.label}</span>
            {item.hint !== undefined && <span class="menu-hint">{item.hint}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A tick or an icon; words stand below one another whether they have one or not. */
function markOf({ icon, isChecked }: MenuItem): JSX.Element | null {
  if (isChecked === true) return <Icon name="check" size={14} />;
  return icon === undefined ? null : <Icon name={icon} size={14} />;
}

function roleOf({
  isChecked,
}: MenuItem): { role: "menuitem" } | { role: "menuitemcheckbox"; "aria-checked": boolean } {
  if (isChecked === undefined) return { role: "menuitem" };
  return { role: "menuitemcheckbox", "aria-checked": isChecked };
}

function focusItem(list: HTMLElement | null, index: number): void {
  const buttons = list?.querySelectorAll<HTMLButtonElement>("button:enabled") ?? [];
  buttons[(index + buttons.length) % buttons.length]?.focus();
}

function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
  const buttons = [...(list?.querySelectorAll<HTMLButtonElement>("button:enabled") ?? [])];
  const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  focusItem(list, next);
}
