import type { ExperimentsFile } from "../wire/data-files.ts";
import { DATA_PATH } from "../wire/data-paths.ts";

/** What stands in the viewer's page for readers without JavaScript. */
const PLACE = /<noscript>[\s\S]*?<\/noscript>/;

/** Puts a plain list of the experiments, with their data files, where the page speaks to readers without JavaScript. */
export function withPlainList(html: string, { experiments }: ExperimentsFile): string {
  const items = experiments.map(({ experimentId, name, runCount }) => {
    const href = DATA_PATH.runs(experimentId).split("/").map(encodeURIComponent).join("/");
    const runs = runCount === 1 ? "1 run" : `${runCount} runs`;
    return `<li><a href="./${escapeHtml(href)}">${escapeHtml(name)}</a>, ${runs}</li>`;
  });
  const list = `<p>This viewer needs JavaScript. The experiments, with their data as JSON:</p><ul>${items.join("")}</ul>`;
  // A function: names may hold what `replace` takes for a pattern.
  return html.replace(PLACE, () => `<noscript>${list}</noscript>`);
}

function escapeHtml(text: string): string {
  const safe: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => safe[sign] as string);
}
