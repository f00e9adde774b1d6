import { lookup } from "mrmime";
import { baseName } from "../entities/artifact-path.ts";

/** Endings and names that MLflow answers as plain text, so that browsers show and do not run them. */
const PLAIN_TEXT: ReadonlySet<string> = new Set(
  "txt log err cfg conf yaml yml json js py csv tsv md rst xml ipynb toml ini properties mlmodel mlproject".split(
    " ",
  ),
);

/**
 * The content type of a download, by its name.
 *
 * @see MLflow 3.17 `mlflow.utils.mime_type_utils`
 */
export function contentType(path: string): string {
  const name = baseName(path);
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const isPlain =
    PLAIN_TEXT.has(ending) && (name.includes(".") || /^ML(model|project)$/.test(name));
  if (isPlain) return "text/plain";
  return (name.includes(".") && lookup(ending)) || "application/octet-stream";
}

/**
 * The header that makes a browser save a file under its own name.
 *
 * @see RFC 6266, and MLflow 3.17 `_content_disposition_attachment`
 */
export function contentDisposition(path: string): string {
  const name = baseName(path);
  const ascii = name.normalize("NFKD").replace(/[^\x20-\x7e]/g, "") || "download";
  const plain = `attachment; filename=${quoted(ascii)}`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${percentEncoded(name)}`;
}

function quoted(text: string): string {
  if (/^[\w!#$%&'*+\-.^`|~]+$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** RFC 5987 allows fewer characters than `encodeURIComponent` lets stand, and some that it does not. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
