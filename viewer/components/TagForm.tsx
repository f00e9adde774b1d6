import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import type { Edit } from "./use-edit.ts";
import "./TextInput.css";

interface TagFormProps {
  /** Empty for a new tag, whose key is asked for, too. */
  readonly name: string;
  readonly value: string;
  readonly edit: Edit;
  readonly onSave: (name: string, value: string) => Promise<void>;
  readonly onCancel: () => void;
}

/** One tag as fields, in its place. Enter saves, Escape leaves it as it was. */
export function TagForm(props: TagFormProps): JSX.Element {
  const { edit, onCancel } = props;
  const [name, setName] = useState(props.name);
  const [value, setValue] = useState(props.value);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const isNew = props.name === "";
  const isReady = name.trim() !== "" && !edit.isBusy;
  return (
    <form
      ref={form}
      class="tag-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void props.onSave(isNew ? name.trim() : name, value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onCancel();
      }}
    >
      {isNew && (
        <input
          class="text-input mono"
          aria-label={EDIT_TEXTS.key}
          placeholder={EDIT_TEXTS.key}
          value={name}
          autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      )}
      <input
        class="text-input"
        aria-label={EDIT_TEXTS.value}
        placeholder={EDIT_TEXTS.value}
        value={value}
        autocomplete="off"
        onInput={(event) => setValue(event.currentTarget.value)}
      />
      <span class="tag-form-actions">
        <Button small kind="primary" type="submit" disabled={!isReady}>
          {EDIT_TEXTS.save}
        </Button>
        <Button small onClick={onCancel}>
          {TEXTS.cancel}
        </Button>
      </span>
      {edit.failure !== null && (
        <p class="tag-failure" role="alert">
          {edit.failure}
        </p>
      )}
    </form>
  );
}
