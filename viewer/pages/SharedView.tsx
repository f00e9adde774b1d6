import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { EmptyState } from "../components/EmptyState.tsx";
import type { PageProps } from "../components/page-source.ts";
import { navigate } from "../state/route.ts";
import { useTitle } from "../state/title.ts";
import { useViews } from "../state/views.ts";
import { TEXTS } from "../texts.ts";

/** Goes on to the address that a shared view stands for. */
export function SharedView({ params }: PageProps): JSX.Element {
  const { name = "" } = params;
  useTitle(name);
  const { views, isLoading } = useViews(true);
  const found = views.find((view) => view.name === name);
  useEffect(() => {
    if (found !== undefined) navigate(found.hash, { replace: true });
  }, [found?.hash]);
  if (found !== undefined || isLoading) return <div aria-busy="true" />;
  return (
    <EmptyState title={TEXTS.noView(name)} icon="bookmark" isPage>
      <ul>
        {views.map((view) => (
          <li key={view.name}>
            <a class="link" href={view.hash}>
              {view.name}
            </a>
          </li>
        ))}
      </ul>
    </EmptyState>
  );
}
