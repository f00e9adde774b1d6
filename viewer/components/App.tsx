import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { connection, manifest, manifestError, refresh } from "../data/live.ts";
import { matchRoute } from "../routes.ts";
import { useKeys } from "../state/keys.ts";
import { openHelp, openPalette, overlay } from "../state/overlay.ts";
import { route } from "../state/route.ts";
import { parseHash } from "../state/url.ts";
import { TEXTS } from "../texts.ts";
import { ConnectionBar } from "./ConnectionBar.tsx";
import { EmptyState, ErrorState } from "./EmptyState.tsx";
import { lazyComponent } from "./lazy.tsx";
import { NavPanel } from "./NavPanel.tsx";
import { PageHost } from "./PageHost.tsx";
import { Toasts } from "./Toast.tsx";
import "./App.css";

const Palette = lazyComponent(async () => (await import("./Palette.tsx")).Palette);
const KeyHelp = lazyComponent(async () => (await import("./KeyHelp.tsx")).KeyHelp);

/** The frame around every page: navigation at the left, the page, and what is said in passing. */
export function App(): JSX.Element {
  const main = useRef<HTMLElement>(null);
  const isDrawerOpen = useSignal(false);
  const place = route.value.path.join("/");
  const isFirst = useRef(true);
  useEffect(() => {
    isDrawerOpen.value = false;
    // The link that led here is gone, and the focus with it: screen readers go on at the new page.
    if (!isFirst.current && document.activeElement === document.body) {
      main.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [place]);

  useKeys({ "Control+k": openPalette, "?": openHelp, r: () => void refresh() });

  const isRail = route.value.query.get("mode") === "charts";
  return (
    <div
      class={isRail ? "app app-rail" : "app"}
      onPointerOver={(event) => prefetch(event.target as HTMLElement)}
    >
      <button type="button" class="skip-link" onClick={() => main.current?.focus()}>
        {TEXTS.skipToContent}
      </button>
      <NavPanel isOpen={isDrawerOpen} />
      <main ref={main} class="app-main" tabIndex={-1}>
        {connection.value === "lost" && manifest.value !== null && <ConnectionBar />}
        <CurrentPage />
      </main>
      <Toasts />
      {overlay.value === "palette" && <Palette />}
      {overlay.value === "help" && <KeyHelp />}
    </div>
  );
}

/** Loads the code of the page that a link under the pointer leads to. A failure shows when it is followed. */
function prefetch(element: HTMLElement): void {
  const href = element.closest("a")?.getAttribute("href");
  if (href?.startsWith("#/") !== true) return;
  matchRoute(parseHash(href))
    ?.source.load()
    .catch(() => undefined);
}

function CurrentPage(): JSX.Element {
  const match = matchRoute(route.value);
  const error = manifestError.value;
  if (error !== null && (manifest.value === null || error.kind === "newer")) {
    return <ErrorState error={error} />;
  }
  if (match === null) {
    return (
      <EmptyState title={TEXTS.notFound} icon="help" isPage>
        <p>{TEXTS.notFoundHint}</p>
        <p>
          <a class="link" href="#/">
            {TEXTS.allExperiments}
          </a>
        </p>
      </EmptyState>
    );
  }
  return <PageHost source={match.source} params={match.params} />;
}
