import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { EditDialog } from "./EditDialog.tsx";
import { MarkdownView } from "./MarkdownView.tsx";
import { showToast } from "./Toast.tsx";
import { useEdit } from "./use-edit.ts";
import "./NoteDialog.css";

/** What a note is called where it stands. */
export interface NoteWords {
  readonly edit: string;
  readonly write: string;
  readonly help: string;
  readonly saved: string;
}

interface NoteDialogProps {
  readonly text: string;
  readonly words: NoteWords;
  readonly save: (text: string) => Promise<void>;
  readonly onClose: () => void;
}

/** A note as its Markdown, and beside it as it will look. */
export function NoteDialog({ text, words, save, onClose }: NoteDialogProps): JSX.Element {
  const [draft, setDraft] = useState(text);
  const edit = useEdit();
  const submit = async (): Promise<void> => {
    if (draft !== text) {
      if (!(await edit.carryOut(() => save(draft.trim() === "" ? "" : draft)))) return;
      showToast(words.saved);
    }
    onClose();
  };
  return (
    <EditDialog
      title={words.edit}
      action={EDIT_TEXTS.save}
      class="note-dialog"
      edit={edit}
      isReady
      onSubmit={submit}
      onClose={onClose}
    >
      <p class="muted">{words.help}</p>
      <div class="note-panes">
        <textarea
          class="note-text mono"
          aria-label={EDIT_TEXTS.text}
          rows={14}
          value={draft}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
          }}
        />
        <section class="note-preview" aria-label={EDIT_TEXTS.preview}>
          {draft.trim() === "" ? (
            <p class="faint">{EDIT_TEXTS.nothingWritten}</p>
          ) : (
            <MarkdownView text={draft} />
          )}
        </section>
      </div>
    </EditDialog>
  );
}
