import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { deleteRun, renameRun, restoreRun, setRunTag } from "../data/edits.ts";
import { DataError } from "../data/errors.ts";
import { refresh } from "../data/live.ts";
import { plural } from "../format.ts";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import type { RunEdit } from "./SelectionBar.tsx";
import { showToast } from "./Toast.tsx";
import "./RunEditDialog.css";

interface RunEditDialogProps {
  readonly edit: RunEdit;
  readonly runIds: readonly string[];
  /** Of the run that is renamed. */
  readonly name: string;
  readonly onClose: () => void;
}

/** Asks what to change about runs, and changes it one run after the other. */
export function RunEditDialog({ edit, runIds, name, onClose }: RunEditDialogProps): JSX.Element {
  const key = useSignal("");
  const value = useSignal(edit === "rename" ? name : "");
  const failure = useSignal<string | null>(null);
  const isBusy = useSignal(false);

  const change = (runId: string): Promise<void> => {
    switch (edit) {
      case "tag":
        return setRunTag(runId, key.value.trim(), value.value);
      case "rename":
        return renameRun(runId, value.value.trim());
      case "delete":
        return deleteRun(runId);
      case "restore":
        return restoreRun(runId);
    }
  };
  const submit = async (): Promise<void> => {
    isBusy.value = true;
    failure.value = null;
    let done = 0;
    try {
      for (const runId of runIds) {
        await change(runId);
        done++;
      }
      showToast(EDIT_TEXTS.done[edit](plural(done, "run")));
      onClose();
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      failure.value =
        done === 0 ? error.message : EDIT_TEXTS.partly(done, runIds.length, error.message);
    } finally {
      isBusy.value = false;
      void refresh();
    }
  };

  const runs = plural(runIds.length, "run");
  const isReady =
    edit === "tag" ? key.value.trim() !== "" : edit !== "rename" || value.value.trim() !== "";
  return (
    <Dialog
      title={EDIT_TEXTS.title[edit](runs)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{TEXTS.cancel}</Button>
          <Button
            kind={edit === "delete" ? "danger" : "primary"}
            disabled={!isReady || isBusy.value}
            onClick={() => void submit()}
          >
            {EDIT_TEXTS.action[edit]}
          </Button>
        </>
      }
    >
      <form
        class="run-edit"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void submit();
        }}
      >
        <p>{EDIT_TEXTS.help[edit]}</p>
        {edit === "tag" && (
          <Field label={EDIT_TEXTS.key} value={key.value} onInput={(text) => (key.value = text)} />
        )}
        {(edit === "tag" || edit === "rename") && (
          <Field
            label={edit === "tag" ? EDIT_TEXTS.value : EDIT_TEXTS.name}
            value={value.value}
            onInput={(text) => (value.value = text)}
          />
        )}
        {failure.value !== null && (
          <p class="run-edit-failure" role="alert">
            {failure.value}
          </p>
        )}
      </form>
    </Dialog>
  );
}

function Field(props: {
  label: string;
  value: string;
  onInput: (text: string) => void;
}): JSX.Element {
  return (
    <label class="run-edit-field">
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
