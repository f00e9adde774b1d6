/** Words of the dialogs that change runs. */
export const EDIT_TEXTS = {
  title: {
    tag: (runs: string): string => `Set a tag on ${runs}`,
    rename: (_runs: string): string => "Rename the run",
    delete: (runs: string): string => `Delete ${runs}`,
    restore: (runs: string): string => `Restore ${runs}`,
  },
  help: {
    tag: "A tag that is there already gets the new value.",
    rename: "The name is only a label: the id stays.",
    delete: "Deleted runs stay in the tree and can be restored until they are cleaned up.",
    restore: "The runs are shown among the others again.",
  },
  action: { tag: "Set tag", rename: "Rename", delete: "Delete", restore: "Restore" },
  done: {
    tag: (runs: string): string => `Set the tag on ${runs}`,
    rename: (_runs: string): string => "Renamed the run",
    delete: (runs: string): string => `Deleted ${runs}`,
    restore: (runs: string): string => `Restored ${runs}`,
  },
  editRun: "Rename, delete",
  addTag: "Add",
  editTag: (key: string): string => `Change ${key}`,
  removeTag: (key: string): string => `Remove ${key}`,
  tagRemoved: (key: string): string => `Removed ${key}`,
  undo: "Undo",
  save: "Save",
  note: {
    edit: "Edit the note",
    write: "Write a note",
    help: "Markdown. It is kept as the tag mlflow.note.content, where MLflow looks for it, too.",
    saved: "Saved the note",
  },
  description: {
    edit: "Edit the description",
    write: "Write a description",
    help: "Markdown. MLflow's own pages show it, too.",
    saved: "Saved the description",
  },
  preview: "Preview",
  text: "Text",
  nothingWritten: "Nothing is written yet.",
  key: "Key",
  value: "Value",
  name: "Name",
  partly: (done: number, all: number, reason: string): string =>
    `${done} of ${all} runs are changed, then: ${reason}`,
} as const;
