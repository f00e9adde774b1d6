import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { REPORT_PATH } from "../../lib/wire/data-paths.ts";
import { fetchResponse } from "../data/files.ts";
import { manifest } from "../data/live.ts";
import { baselineFirst, nameInRoot } from "../run/compared.ts";
import { query } from "../state/route.ts";
import { compareRuns } from "../table/compare.ts";
import { compareCsv, compareMarkdown } from "../table/compare-export.ts";
import { COMPARE_TEXTS } from "../texts/compare.ts";
import { Button } from "./Button.tsx";
import { saveFile } from "./save-file.ts";
import { copyText, showToast } from "./Toast.tsx";

/** Takes along what is shown of some runs: as text for a pull request, as a table, or as one HTML file. */
export function CompareExport(props: { runs: readonly RunFile[] }): JSX.Element {
  const runs = baselineFirst(props.runs, query.value.get("base"));
  const names = runs.map(({ info, rootKey }) => nameInRoot(info, rootKey));
  const isSaving = useSignal(false);
  return (
    <>
      <Button
        class="compare-wide"
        onClick={() =>
          void copyText(compareMarkdown(names, shownGroups(runs)), COMPARE_TEXTS.copied)
        }
      >
        {COMPARE_TEXTS.copyMarkdown}
      </Button>
      <Button
        icon="download"
        onClick={() => saveFile("compare.csv", compareCsv(names, shownGroups(runs)), "text/csv")}
      >
        {COMPARE_TEXTS.csv}
      </Button>
      {manifest.value?.mode === "live" && (
        <Button
          class="compare-wide"
          icon="download"
          label={COMPARE_TEXTS.htmlHelp}
          disabled={isSaving.value || runs.length === 0}
          onClick={async () => {
            isSaving.value = true;
            await saveReport(runs);
            isSaving.value = false;
          }}
        >
          {COMPARE_TEXTS.html}
        </Button>
      )}
      <Button
        class="compare-wide"
        onClick={() => void copyText(location.href, COMPARE_TEXTS.linkCopied)}
      >
        {COMPARE_TEXTS.copyLink}
      </Button>
    </>
  );
}

/** The server needs a moment for it, and may refuse. */
async function saveReport(runs: readonly RunFile[]): Promise<void> {
  const ids = runs.map(({ info }) => encodeURIComponent(info.runId)).join(",");
  try {
    const response = await fetchResponse(`${REPORT_PATH}?runs=${ids}`, {});
    saveFile("report.html", await response.blob());
  } catch (error) {
    showToast(error instanceof Error ? error.message : String(error));
  }
}

/** What is taken along is what is shown: only differences, unless they are turned off. */
function shownGroups(runs: readonly RunFile[]): ReturnType<typeof compareRuns> {
  const groups = compareRuns(runs, 0);
  if (query.peek().get("d") === "0") return groups;
  return groups.map((group) => ({ ...group, rows: group.rows.filter((row) => row.differs) }));
}
