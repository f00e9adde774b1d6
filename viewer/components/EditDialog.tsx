import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { DataError } from "../data/errors.ts";
import { refresh } from "../data/live.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import "./EditDialog.css";

/** An edit of the tree: whether it is under way, and why the last one was refused. */
export interface Edit {
  readonly isBusy: ReadonlySignal<boolean>;
  readonly failure: ReadonlySignal<string | null>;
  /**
   * Carries the edit out, and reads what is shown again.
   *
   * @param tell - what to say of a refusal; else its own message
   * @returns whether it was done
   */
  attempt(edit: () => Promise<void>, tell?: (message: string) => string): Promise<boolean>;
}

export function useEdit(): Edit {
  const isBusy = useSignal(false);
  const failure = useSignal<string | null>(null);
  return {
    isBusy,
    failure,
    async attempt(edit, tell = (message) => message) {
      isBusy.value = true;
      failure.value = null;
      try {
        await edit();
        return true;
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        failure.value = tell(error.message);
        return false;
      } finally {
        isBusy.value = false;
        void refresh();
      }
    },
  };
}

interface EditDialogProps {
  readonly title: string;
  /** Of the main button, which Enter in a field stands for. */
  readonly action: string;
  readonly kind?: "primary" | "danger";
  readonly edit: Edit;
  /** Whether what is filled in can be sent. */
  readonly isReady: boolean;
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A form in a modal box; what was refused stands below its fields. */
export function EditDialog({
  edit,
  onClose,
  kind = "primary",
  ...props
}: EditDialogProps): JSX.Element {
  const isReady = props.isReady && !edit.isBusy.value;
  return (
    <Dialog
      title={props.title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{TEXTS.cancel}</Button>
          <Button kind={kind} disabled={!isReady} onClick={() => void props.onSubmit()}>
            {props.action}
          </Button>
        </>
      }
    >
      <form
        class="edit-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void props.onSubmit();
        }}
      >
        {props.children}
        {edit.failure.value !== null && (
          <p class="edit-failure" role="alert">
            {edit.failure.value}
          </p>
        )}
      </form>
    </Dialog>
  );
}

/** A line of text with its label. */
export function EditField(props: {
  label: string;
  value: string;
  onInput: (text: string) => void;
}): JSX.Element {
  return (
    <label class="edit-field">
      {props.label}
      <input
        class="text-input"
        value={props.value}
        autocomplete="off"
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </label>
  );
}
