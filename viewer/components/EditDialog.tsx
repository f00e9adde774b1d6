import type { ComponentChildren, JSX } from "preact";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import type { Edit } from "./use-edit.ts";
import "./TextInput.css";
import "./EditDialog.css";

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
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A form in a modal box; what was refused stands below its fields. */
export function EditDialog({
  edit,
  onClose,
  kind = "primary",
  ...props
}: EditDialogProps): JSX.Element {
  const isReady = props.isReady && !edit.isBusy;
  return (
    <Dialog
      title={props.title}
      {...(props.class !== undefined && { class: props.class })}
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
        {edit.failure !== null && (
          <p class="edit-failure" role="alert">
            {edit.failure}
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
