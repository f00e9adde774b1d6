/** Attribute with the path of the data file that an inert element of the page holds. */
export const IN_PAGE_PATH = "data-file";

/**
 * A data file as an element of the viewer's page: what every page needs first takes no request then. Only live: hosts may keep
 * a static page that is older than the data beside it.
 *
 * @param json - of the file
 */
export function inPage(path: string, json: string): string {
  // An end of the element within the text would be taken for its end.
  const text = json.replaceAll("<", "\\u003c");
  return `<script type="application/json" ${IN_PAGE_PATH}="${path}">${text}</script>`;
}
