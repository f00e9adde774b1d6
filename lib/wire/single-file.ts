/**
 * A report in one file: the page holds the viewer and, as inert elements, the data files and artifacts that a site
 * would have beside it. What `lib/site/single.ts` writes and the viewer reads stands here once.
 */

/** Type of the elements, which no browser takes for a script. Their text is base64. */
export const EMBEDDED_TYPE = "application/x-mlruns";

/** Attribute with the path of a file below the site. Data files are gzipped, artifacts are as they are. */
export const EMBEDDED_PATH = "data-path";

/** Attribute with the media type of an artifact. */
export const EMBEDDED_MEDIA_TYPE = "data-media-type";

/** Name of the `<meta>` with the hash of the page that a report opens with. */
export const START_META = "mlruns-start";
