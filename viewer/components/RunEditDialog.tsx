import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { deleteRun, renameRun, restoreRun, setRunTag } from "../data/edits.ts";
import { plural } from "../format.ts";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { EditDialog, EditField } from "./EditDialog.tsx";
import type { RunEdit } from "./SelectionBar.tsx";
import { showToast } from "./Toast.tsx";
import { useEdit } from "./use-edit.ts";

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
  const attempted = useEdit();

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
    let done = 0;
    const changeAll = async (): Promise<void> => {
      for (const runId of runIds) {
        await change(runId);
        done++;
      }
    };
    const tell = (message: string): string =>
      done === 0 ? message : EDIT_TEXTS.partly(done, runIds.length, message);
    if (!(await attempted.carryOut(changeAll, tell))) return;
    showToast(EDIT_TEXTS.done[edit](plural(done, "run")));
    onClose();
  };

  const isReady =
    edit === "tag" ? key.value.trim() !== "" : edit !== "rename" || value.value.trim() !== "";
  return (
    <EditDialog
      title={EDIT_TEXTS.title[edit](plural(runIds.length, "run"))}
      action={EDIT_TEXTS.action[edit]}
      kind={edit === "delete" ? "danger" : "primary"}
      edit={attempted}
      isReady={isReady}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{EDIT_TEXTS.help[edit]}</p>
      {edit === "tag" && (
        <EditField
          label={EDIT_TEXTS.key}
          value={key.value}
          onInput={(text) => (key.value = text)}
        />
      )}
      {(edit === "tag" || edit === "rename") && (
        <EditField
          label={edit === "tag" ? EDIT_TEXTS.value : EDIT_TEXTS.name}
          value={value.value}
          onInput={(text) => (value.value = text)}
        />
      )}
    </EditDialog>
  );
}
