import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { runNameOf } from "../run/facts.ts";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { lazyComponent } from "./lazy.tsx";
import { MenuButton, type MenuItem } from "./Menu.tsx";
import type { RunEdit } from "./SelectionBar.tsx";

const RunEditDialog = lazyComponent(
  async () => (await import("./RunEditDialog.tsx")).RunEditDialog,
);

/** The menu of a run's page that renames or deletes it. */
export function RunEdits({ run }: { run: RunFile }): JSX.Element {
  const edit = useSignal<RunEdit | null>(null);
  const { info } = run;
  const choose = (chosen: RunEdit) => () => {
    edit.value = chosen;
  };
  const items: MenuItem[] = [
    { label: RUNS_TEXTS.rename, icon: "edit", onChoose: choose("rename") },
    { label: RUNS_TEXTS.delete, icon: "trash", isDanger: true, onChoose: choose("delete") },
  ];
  return (
    <>
      <MenuButton items={items} icon="dots" label={EDIT_TEXTS.editRun} align="end" />
      {edit.value !== null && (
        <RunEditDialog
          edit={edit.value}
          runIds={[info.runId]}
          name={runNameOf(info)}
          onClose={() => {
            edit.value = null;
          }}
        />
      )}
    </>
  );
}
