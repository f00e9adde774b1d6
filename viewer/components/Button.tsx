import type { ComponentChildren, JSX, Ref } from "preact";
import { Icon, type IconName } from "./Icon.tsx";
import "./Button.css";

interface Look {
  readonly icon?: IconName;
  /** `quiet` has no outline, `primary` is the one thing to do next. */
  readonly kind?: "plain" | "quiet" | "primary" | "danger";
  /** What the button does, when it shows only an icon. Also its tooltip. */
  readonly label?: string;
  /** Lower, for use inside a table or a heading. */
  readonly small?: boolean;
  readonly class?: string;
  readonly children?: ComponentChildren;
}

interface ButtonProps extends Look {
  readonly onClick?: (event: MouseEvent) => void;
  /** Makes it a switch. */
  readonly pressed?: boolean;
  /** Makes it the owner of a menu, list or dialog. */
  readonly expanded?: boolean;
  readonly hasPopup?: "menu" | "listbox" | "dialog";
  readonly disabled?: boolean;
  readonly title?: string;
  readonly type?: "button" | "submit";
  readonly buttonRef?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps): JSX.Element {
  return (
    <button
      ref={props.buttonRef}
      type={props.type ?? "button"}
      class={classOf(props, props.pressed)}
      aria-label={props.label}
      title={props.title ?? props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-haspopup={props.hasPopup}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {contentOf(props)}
    </button>
  );
}

interface LinkButtonProps extends Look {
  readonly href: string;
  /** Name of the file to save. */
  readonly download?: string;
  readonly target?: "_blank";
}

/** A link that looks like a button: it goes somewhere. */
export function LinkButton(props: LinkButtonProps): JSX.Element {
  return (
    <a
      class={classOf(props)}
      href={props.href}
      download={props.download}
      target={props.target}
      rel={props.target === undefined ? undefined : "noopener noreferrer"}
      aria-label={props.label}
      title={props.label}
    >
      {contentOf(props)}
    </a>
  );
}

function classOf(look: Look, pressed = false): string {
  const isIconOnly = look.children === undefined;
  return [
    "button",
    `button-${look.kind ?? "plain"}`,
    isIconOnly && "button-icon",
    look.small && "button-small",
    pressed && "button-on",
    look.class,
  ]
    .filter(Boolean)
    .join(" ");
}

function contentOf({ icon, children }: Look): ComponentChildren {
  return (
    <>
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </>
  );
}
