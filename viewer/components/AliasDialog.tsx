import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RegisteredModelEntry } from "../../lib/wire/data-files.ts";
import { deleteModelAlias, setModelAlias } from "../data/edits.ts";
import { MODEL_TEXTS } from "../texts/models.ts";
import { Button } from "./Button.tsx";
import { EditDialog, EditField } from "./EditDialog.tsx";
import { showToast } from "./Toast.tsx";
import { useEdit } from "./use-edit.ts";
import "./AliasDialog.css";

/** Sets an alias on a version, moves it there from another, and removes those that are there. */
export function AliasDialog(props: {
  model: RegisteredModelEntry;
  version: string | undefined;
  onClose: () => void;
}): JSX.Element {
  const { model, onClose } = props;
  const alias = useSignal("");
  const version = useSignal(props.version ?? model.versions[0]?.version ?? "");
  const edit = useEdit();
  const name = alias.value.trim();

  const set = async (): Promise<void> => {
    if (!(await edit.carryOut(() => setModelAlias(model.id, name, version.value)))) return;
    showToast(MODEL_TEXTS.aliasSet(name, version.value));
    onClose();
  };
  const remove = async (known: string): Promise<void> => {
    if (!(await edit.carryOut(() => deleteModelAlias(model.id, known)))) return;
    showToast(MODEL_TEXTS.aliasRemoved(known));
  };
  return (
    <EditDialog
      title={MODEL_TEXTS.aliasesOf(model.name)}
      action={MODEL_TEXTS.setAlias}
      edit={edit}
      isReady={name !== ""}
      onSubmit={set}
      onClose={onClose}
    >
      {Object.keys(model.aliases).length > 0 && (
        <ul class="alias-list">
          {Object.entries(model.aliases).map(([known, of]) => (
            <li key={known}>
              <span class="cut">{known}</span>
              <span class="faint">{MODEL_TEXTS.versionName(of)}</span>
              <Button
                kind="quiet"
                icon="trash"
                label={MODEL_TEXTS.removeAlias(known)}
                disabled={edit.isBusy}
                onClick={() => void remove(known)}
              />
            </li>
          ))}
        </ul>
      )}
      <p>{MODEL_TEXTS.aliasHelp}</p>
      <EditField
        label={MODEL_TEXTS.alias}
        value={alias.value}
        onInput={(text) => (alias.value = text)}
      />
      <label class="edit-field">
        {MODEL_TEXTS.version}
        <select
          class="text-input"
          value={version.value}
          onChange={(event) => (version.value = event.currentTarget.value)}
        >
          {model.versions.map((one) => (
            <option key={one.version} value={one.version}>
              {one.version}
            </option>
          ))}
        </select>
      </label>
    </EditDialog>
  );
}
