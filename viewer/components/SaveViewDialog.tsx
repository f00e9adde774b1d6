import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { DataError } from "../data/errors.ts";
import { refresh } from "../data/live.ts";
import { saveView } from "../state/views.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { showToast } from "./Toast.tsx";
import "./RunEditDialog.css";

/** Names the view that is shown and keeps it in the tree. */
export function SaveViewDialog(props: { experimentId: string; onClose: () => void }): JSX.Element {
  const name = useSignal("");
  const failure = useSignal<string | null>(null);
  const save = async (): Promise<void> => {
    try {
      await saveView(props.experimentId, { name: name.value.trim(), hash: location.hash });
      showToast(RUNS_TEXTS.viewSaved(name.value.trim()));
      void refresh();
      props.onClose();
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      failure.value = error.message;
    }
  };
  return (
    <Dialog
      title={RUNS_TEXTS.saveViewTitle}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{TEXTS.cancel}</Button>
          <Button kind="primary" disabled={name.value.trim() === ""} onClick={() => void save()}>
            {RUNS_TEXTS.save}
          </Button>
        </>
      }
    >
      <form
        class="run-edit"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.value.trim() !== "") void save();
        }}
      >
        <p>{RUNS_TEXTS.saveViewHelp}</p>
        <label class="run-edit-field">
          {RUNS_TEXTS.viewName}
          <input
            class="text-input"
            value={name.value}
            autocomplete="off"
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
        </label>
        {failure.value !== null && (
          <p class="run-edit-failure" role="alert">
            {failure.value}
          </p>
        )}
      </form>
    </Dialog>
  );
}
