import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import "./Dialog.css";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons below, the main one last. */
  readonly actions?: ComponentChildren;
  readonly class?: string;
  /** The title is read, not shown, and there is no button to close: a palette. */
  readonly bare?: boolean;
}

const FIELDS = ".dialog-body :is(input, textarea, select)";

/** A modal box. The browser keeps the focus in it; it begins in the first field, and goes back to where it was. */
export function Dialog({
  title,
  onClose,
  children,
  actions,
  bare = false,
  ...props
}: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal?.();
    if (!bare) element?.querySelector<HTMLElement>(FIELDS)?.focus();
    return () => {
      element?.close?.();
      // A box that is taken from the page gives no focus back.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${props.class ?? ""}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-box">
        {bare ? (
          <h2 id={titleId} class="sr-only">
            {title}
          </h2>
        ) : (
          <header class="dialog-head">
            <h2 id={titleId}>{title}</h2>
            <Button kind="quiet" icon="close" label={TEXTS.close} onClick={onClose} />
          </header>
        )}
        <div class={bare ? "dialog-bare" : "dialog-body"}>{children}</div>
        {actions !== undefined && <footer class="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
