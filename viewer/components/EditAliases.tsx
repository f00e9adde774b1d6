import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RegisteredModelEntry } from "../../lib/wire/data-files.ts";
import { canEdit } from "../data/edits.ts";
import { MODEL_TEXTS } from "../texts/models.ts";
import { Button } from "./Button.tsx";
import { lazyComponent } from "./lazy.tsx";

const AliasDialog = lazyComponent(async () => (await import("./AliasDialog.tsx")).AliasDialog);

/** Opens the dialog that changes a model's aliases; nothing where the data is read-only. */
export function EditAliases(props: {
  model: RegisteredModelEntry;
  /** The version that a new alias is for, unless another is chosen. */
  version: string | undefined;
}): JSX.Element | null {
  const isOpen = useSignal(false);
  if (!canEdit() || props.model.versions.length === 0) return null;
  return (
    <>
      <Button kind="quiet" small onClick={() => (isOpen.value = true)}>
        {MODEL_TEXTS.editAliases}
      </Button>
      {isOpen.value && <AliasDialog {...props} onClose={() => (isOpen.value = false)} />}
    </>
  );
}
