import {
  EMBEDDED_MEDIA_TYPE,
  EMBEDDED_PATH,
  EMBEDDED_TYPE,
  START_META,
} from "../../lib/wire/single-file.ts";

let elements: ReadonlyMap<string, HTMLScriptElement> | null = null;
const urls = new Map<string, string>();

/** Whether the page is a report in one file: then nothing is fetched, all of it stands in the page. */
export function isEmbedded(): boolean {
  return embedded().size > 0;
}

/** A data file as a server would answer it. */
export async function embeddedResponse(path: string): Promise<Response> {
  const element = embedded().get(path);
  if (element === undefined) {
    return Response.json({ message: `${path} is not in this report` }, { status: 404 });
  }
  const unzipped = new Blob([bytesOf(element)])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Response(unzipped);
}

/** URL of an artifact's bytes, made once; empty when the report does not have them. */
export function embeddedUrl(path: string): string {
  const known = urls.get(path);
  if (known !== undefined) return known;
  const element = embedded().get(path);
  if (element === undefined) return "";
  const type = element.getAttribute(EMBEDDED_MEDIA_TYPE) ?? "";
  const url = URL.createObjectURL(new Blob([bytesOf(element)], { type }));
  urls.set(path, url);
  return url;
}

/** Opens the page that the report is about, unless the address names one. */
export function goToStart(): void {
  const start = document.querySelector<HTMLMetaElement>(`meta[name="${START_META}"]`)?.content;
  if (start !== undefined && location.hash === "") location.replace(start);
}

function embedded(): ReadonlyMap<string, HTMLScriptElement> {
  elements ??= new Map(
    [...document.querySelectorAll<HTMLScriptElement>(`script[type="${EMBEDDED_TYPE}"]`)].map(
      (element) => [element.getAttribute(EMBEDDED_PATH) ?? "", element],
    ),
  );
  return elements;
}

function bytesOf(element: HTMLScriptElement): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(element.text), (character) => character.charCodeAt(0));
}
