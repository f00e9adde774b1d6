import DOMPurify from "dompurify";
import { Marked, type Tokens } from "marked";

/**
 * The one place where text of a tree becomes elements. Markdown only: HTML in it is shown as text, what is left
 * goes through a sanitiser with a short list of elements, and links and images are checked one by one.
 */

export interface MarkdownOptions {
  /** Address of the bytes of an image beside the text. */
  readonly imageUrl?: ((path: string) => string) | undefined;
  /** Address in the viewer of a file beside the text. */
  readonly linkHref?: ((path: string) => string) | undefined;
}

const ELEMENTS = [
  ...["h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code"],
  ...["em", "strong", "del", "ul", "ol", "li", "a", "img", "input"],
  ...["table", "thead", "tbody", "tr", "th", "td"],
];

const ATTRIBUTES = ["href", "src", "alt", "title", "align", "start", "type", "checked", "disabled"];

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
  },
});

/** Markdown as elements that are safe to put into the page. */
export function renderMarkdown(text: string, options: MarkdownOptions = {}): DocumentFragment {
  const html = marked.parse(text, { async: false });
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: ELEMENTS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll("a")) checkLink(link, options);
  for (const image of fragment.querySelectorAll("img")) checkImage(image, options);
  // The boxes of a task list cannot be ticked here, so they are signs.
  for (const input of fragment.querySelectorAll("input")) {
    input.replaceWith(input.type === "checkbox" ? (input.checked ? "☑" : "☐") : "");
  }
  return fragment;
}

function checkLink(link: HTMLAnchorElement, { linkHref }: MarkdownOptions): void {
  const href = link.getAttribute("href") ?? "";
  if (/^(https?|mailto):/i.test(href)) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    return;
  }
  const path = relativePath(href);
  if (path === undefined || linkHref === undefined) link.removeAttribute("href");
  else link.setAttribute("href", linkHref(path));
}

/** Only images beside the text are loaded: a foreign one would tell its host who reads. */
function checkImage(image: HTMLImageElement, { imageUrl }: MarkdownOptions): void {
  const path = relativePath(image.getAttribute("src") ?? "");
  if (path === undefined || imageUrl === undefined) {
    image.replaceWith(image.alt === "" ? (image.getAttribute("src") ?? "") : image.alt);
    return;
  }
  image.setAttribute("src", imageUrl(path));
  image.loading = "lazy";
}

/** A path without a scheme, a host or a query; undefined for anything else. */
function relativePath(reference: string): string | undefined {
  const path = reference.split(/[?#]/)[0] ?? "";
  if (
    path === "" ||
    path.startsWith("/") ||
    path.startsWith("\\") ||
    /^[a-z][a-z\d+.-]*:/i.test(path)
  ) {
    return undefined;
  }
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function escapeHtml(text: string): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign] as string);
}
