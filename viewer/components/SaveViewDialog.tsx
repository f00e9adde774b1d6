import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { saveView } from "../state/views.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { EditDialog, EditField } from "./EditDialog.tsx";
import { showToast } from "./Toast.tsx";
import { useEdit } from "./use-edit.ts";

/** Names the view that is shown and keeps it in the tree. */
export function SaveViewDialog(props: { experimentId: string; onClose: () => void }): JSX.Element {
  const text = useSignal("");
  const edit = useEdit();
  const name = text.value.trim();
  const save = async (): Promise<void> => {
    const view = { name, hash: location.hash };
    if (!(await edit.carryOut(() => saveView(props.experimentId, view)))) return;
    showToast(RUNS_TEXTS.viewSaved(name));
    props.onClose();
  };
  return (
    <EditDialog
      title={RUNS_TEXTS.saveViewTitle}
      action={RUNS_TEXTS.save}
      edit={edit}
      isReady={name !== ""}
      onSubmit={save}
      onClose={props.onClose}
    >
      <p>{RUNS_TEXTS.saveViewHelp}</p>
      <EditField
        label={RUNS_TEXTS.viewName}
        value={text.value}
        onInput={(typed) => (text.value = typed)}
      />
    </EditDialog>
  );
}
