import type { ComponentType } from "preact";

export interface PageProps {
  /** Parts of the address that the route names, unescaped. */
  readonly params: Readonly<Record<string, string>>;
}

export type PageComponent = ComponentType<PageProps>;

/** Where a page's code comes from. */
export interface PageSource {
  /** The page, when its code is here. */
  readonly now: PageComponent | null;
  load(): Promise<PageComponent>;
}

export function eagerPage(page: PageComponent): PageSource {
  return { now: page, load: async () => page };
}

/** A page in a chunk of its own. A load that failed may be tried again. */
export function lazyPage(importPage: () => Promise<PageComponent>): PageSource {
  let now: PageComponent | null = null;
  return {
    get now() {
      return now;
    },
    async load() {
      now ??= await importPage();
      return now;
    },
  };
}
