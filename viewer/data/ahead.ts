/** Data files that are asked for while the viewer's code is on its way. */

import type { RunsFile } from "../../lib/wire/data-files.ts";
import { IN_PAGE_PATH } from "../../lib/wire/in-page.ts";
import { decodeChunk, type RunsChunk } from "./runs-table.ts";

/** Longer runs files are parsed beside the page. */
export const WORKER_ABOVE_BYTES = 2_000_000;

/** Answers by path. */
const answers = new Map<string, Promise<Response>>();
/** What of the answers was decoded already, by path. */
const decoded = new Map<string, RunsChunk>();

/** Asks for data files, the most wanted first. */
export function askAhead(paths: readonly string[]): void {
  for (const path of paths.filter((each) => inPage(each) === undefined)) {
    keep(path, fetch(`./${path}`));
  }
}

/**
 * Decodes runs that were asked for ahead, and leaves them to the page.
 *
 * @returns null when they did not come, or are too many to be decoded here
 */
export async function runsAhead(path: string): Promise<RunsChunk | null> {
  const answer = answers.get(path);
  if (answer === undefined) return null;
  const whole = answer.then(async (response) => ({
    response,
    bytes: await response.arrayBuffer(),
  }));
  keep(
    path,
    whole.then(({ response, bytes }) => new Response(bytes, response)),
  );
  const { response, bytes } = await whole;
  if (!response.ok || bytes.byteLength > WORKER_ABOVE_BYTES) return null;
  const chunk = decodeChunk(JSON.parse(new TextDecoder().decode(bytes)) as RunsFile);
  decoded.set(path, chunk);
  return chunk;
}

/** Runs that were decoded ahead; given once. */
export function takeDecoded(path: string): RunsChunk | undefined {
  const chunk = decoded.get(path);
  decoded.delete(path);
  return chunk;
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
  const answer = answers.get(path);
  answers.delete(path);
  return answer;
}

function keep(path: string, answer: Promise<Response>): void {
  answers.set(path, answer);
  // Who takes it sees what went wrong; where nobody does, it is no matter.
  answer.catch(() => undefined);
}

function inPage(path: string): HTMLScriptElement | undefined {
  const elements = document.querySelectorAll<HTMLScriptElement>(`script[${IN_PAGE_PATH}]`);
  return [...elements].find((element) => element.getAttribute(IN_PAGE_PATH) === path);
}
