import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { MLFLOW_TAG } from "../../lib/entities/tag.ts";
import type { TagEdits } from "../data/edits.ts";
import { plural } from "../format.ts";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import { Block } from "./Block.tsx";
import { Button } from "./Button.tsx";
import { TagForm } from "./TagForm.tsx";
import { showToast } from "./Toast.tsx";
import { type Edit, useEdit } from "./use-edit.ts";
import "./TagBlock.css";

interface TagBlockProps {
  readonly tags: Readonly<Record<string, string>>;
  /** How they are changed; null where the data is read-only. */
  readonly edits: TagEdits | null;
}

/** Tags, those of MLflow itself on request. They are added, changed and removed where they stand. */
export function TagBlock({ tags, edits }: TagBlockProps): JSX.Element | null {
  const [showsAll, setShowsAll] = useState(false);
  /** Key of the tag that is changed, empty for a new one. */
  const [edited, setEdited] = useState<string | null>(null);
  const edit = useEdit();
  const entries = Object.entries(tags).filter(([key]) => key !== MLFLOW_TAG.note);
  const own = entries.filter(([key]) => !isMlflows(key));
  const hidden = entries.length - own.length;
  if (entries.length === 0 && edits === null) return null;

  const close = (): void => {
    edit.forget();
    setEdited(null);
  };
  const form = (key: string, value: string): JSX.Element => (
    <TagForm
      key={key}
      name={key}
      value={value}
      edit={edit}
      onCancel={close}
      onSave={async (name, text) => {
        if (edits !== null && (await edit.carryOut(() => edits.set(name, text)))) close();
      }}
    />
  );
  return (
    <Block
      title={RUN_TEXTS.tags}
      count={own.length}
      actions={
        edits !== null && (
          <Button small kind="quiet" icon="plus" onClick={() => setEdited("")}>
            {EDIT_TEXTS.addTag}
          </Button>
        )
      }
    >
      {edited === "" && form("", "")}
      {own.length === 0 && !showsAll ? (
        <p class="block-note">{RUN_TEXTS.none}</p>
      ) : (
        <dl class="key-values tag-list">
          {(showsAll ? entries : own).map(([key, value]) => (
            <div key={key}>
              <dt title={key}>{key}</dt>
              {edited === key ? (
                <dd class="tag-edited">{form(key, value)}</dd>
              ) : (
                <>
                  <dd title={value}>{value}</dd>
                  {edits !== null && !isMlflows(key) && (
                    <TagActions
                      name={key}
                      edit={edit}
                      onEdit={() => setEdited(key)}
                      onRemove={() => void remove(key, value, edits, edit)}
                    />
                  )}
                </>
              )}
            </div>
          ))}
        </dl>
      )}
      {edited === null && edit.failure !== null && (
        <p class="tag-failure" role="alert">
          {edit.failure}
        </p>
      )}
      {hidden > 0 && (
        <button type="button" class="link block-more" onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? RUN_TEXTS.hideMlflowTags : RUN_TEXTS.showMlflowTags(plural(hidden, "tag"))}
        </button>
      )}
    </Block>
  );
}

interface TagActionsProps {
  readonly name: string;
  readonly edit: Edit;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function TagActions({ name, edit, onEdit, onRemove }: TagActionsProps): JSX.Element {
  return (
    <dd class="tag-actions">
      <Button small kind="quiet" icon="edit" label={EDIT_TEXTS.editTag(name)} onClick={onEdit} />
      <Button
        small
        kind="quiet"
        icon="trash"
        label={EDIT_TEXTS.removeTag(name)}
        disabled={edit.isBusy}
        onClick={onRemove}
      />
    </dd>
  );
}

/** Removes at once, and offers to bring it back. */
async function remove(key: string, value: string, edits: TagEdits, edit: Edit): Promise<void> {
  if (!(await edit.carryOut(() => edits.remove(key)))) return;
  showToast(EDIT_TEXTS.tagRemoved(key), {
    label: EDIT_TEXTS.undo,
    onChoose: () => void edit.carryOut(() => edits.set(key, value)),
  });
}

function isMlflows(key: string): boolean {
  return key.startsWith("mlflow.");
}
