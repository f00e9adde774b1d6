import { parsePageToken, printPageToken } from "../search/page-token.ts";

/** The page of a list that a token names; the whole rest without `maxResults`. */
export function pageOf<Item>(
  items: readonly Item[],
  maxResults: number | undefined,
  pageToken: string | undefined,
): { readonly items: readonly Item[]; readonly nextPageToken: string | undefined } {
  const start = parsePageToken(pageToken);
  const end = maxResults === undefined ? items.length : start + maxResults;
  return {
    items: items.slice(start, end),
    nextPageToken: end < items.length ? printPageToken(end) : undefined,
  };
}
