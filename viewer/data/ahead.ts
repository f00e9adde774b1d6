import { IN_PAGE_PATH } from "../../lib/wire/in-page.ts";

declare global {
  interface Window {
    /** Answers to the requests that were sent ahead of the viewer's code, by path. */
    mlrunsAhead?: Map<string, Promise<Response>>;
  }
}

/** Asks for data files while the viewer's code is on its way. */
export function askAhead(paths: readonly string[]): void {
  const asked = paths.filter((path) => inPage(path) === undefined);
  window.mlrunsAhead = new Map(asked.map((path) => [path, ask(path)]));
}

/**
 * A file that stands in the page, or the answer to a request that was sent ahead; given once, so that the next reading asks
 * for what is new.
 */
export function takeAhead(path: string): Promise<Response> | undefined {
  const element = inPage(path);
  if (element !== undefined) {
    element.remove();
    return Promise.resolve(new Response(element.text));
  }
  const answer = window.mlrunsAhead?.get(path);
  window.mlrunsAhead?.delete(path);
  return answer;
}

function ask(path: string): Promise<Response> {
  const answer = fetch(`./${path}`);
  // Who takes it sees what went wrong; where nobody does, it is no matter.
  answer.catch(() => undefined);
  return answer;
}

function inPage(path: string): HTMLScriptElement | undefined {
  const elements = document.querySelectorAll<HTMLScriptElement>(`script[${IN_PAGE_PATH}]`);
  return [...elements].find((element) => element.getAttribute(IN_PAGE_PATH) === path);
}
