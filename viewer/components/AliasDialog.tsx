import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RegisteredModelEntry } from "../../lib/wire/data-files.ts";
import { deleteModelAlias, setModelAlias } from "../data/edits.ts";
import { DataError } from "../data/errors.ts";
import { refresh } from "../data/live.ts";
import { MODEL_TEXTS } from "../texts/models.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { showToast } from "./Toast.tsx";
import "./AliasDialog.css";
import "./RunEditDialog.css";

/** Sets an alias on a version, moves it there from another, and removes those that are there. */
export function AliasDialog(props: {
  model: RegisteredModelEntry;
  version: string | undefined;
  onClose: () => void;
}): JSX.Element {
  const { model, onClose } = props;
  const alias = useSignal("");
  const version = useSignal(props.version ?? model.versions[0]?.version ?? "");
  const failure = useSignal<string | null>(null);
  const isBusy = useSignal(false);

  const change = async (edit: Promise<void>, done: string): Promise<boolean> => {
    isBusy.value = true;
    failure.value = null;
    try {
      await edit;
      showToast(done);
      return true;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      failure.value = error.message;
      return false;
    } finally {
      isBusy.value = false;
      void refresh();
    }
  };
  const name = alias.value.trim();
  const isReady = name !== "" && !isBusy.value;
  const submit = async (): Promise<void> => {
    const edit = setModelAlias(model.id, name, version.value);
    if (await change(edit, MODEL_TEXTS.aliasSet(name, version.value))) onClose();
  };
  return (
    <Dialog
      title={MODEL_TEXTS.aliasesOf(model.name)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{TEXTS.cancel}</Button>
          <Button kind="primary" disabled={!isReady} onClick={() => void submit()}>
            {MODEL_TEXTS.setAlias}
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
                  disabled={isBusy.value}
                  onClick={() =>
                    void change(deleteModelAlias(model.id, known), MODEL_TEXTS.aliasRemoved(known))
                  }
                />
              </li>
            ))}
          </ul>
        )}
        <p>{MODEL_TEXTS.aliasHelp}</p>
        <label class="run-edit-field">
          {MODEL_TEXTS.alias}
          <input
            class="text-input"
            value={alias.value}
            autocomplete="off"
            onInput={(event) => (alias.value = event.currentTarget.value)}
          />
        </label>
        <label class="run-edit-field">
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
        {failure.value !== null && (
          <p class="run-edit-failure" role="alert">
            {failure.value}
          </p>
        )}
      </form>
    </Dialog>
  );
}
