import { Component, type ComponentChildren, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { ChunkFailed } from "./ChunkFailed.tsx";
import { EmptyState } from "./EmptyState.tsx";
import type { PageProps, PageSource } from "./page-source.ts";

interface PageHostProps extends PageProps {
  readonly source: PageSource;
}

/** Shows a page: at once when its code is here, else when it has come. */
export function PageHost({ source, params }: PageHostProps): JSX.Element {
  const [arrived, setArrived] = useState<{ source: PageSource; isFailed: boolean } | null>(null);
  useEffect(() => {
    if (source.now !== null) return;
    source.load().then(
      () => setArrived({ source, isFailed: false }),
      () => setArrived({ source, isFailed: true }),
    );
  }, [source]);

  const Page = source.now;
  if (Page !== null) {
    return (
      <ErrorBoundary key={source} place={params}>
        <Page params={params} />
      </ErrorBoundary>
    );
  }
  if (arrived?.source === source && arrived.isFailed) return <ChunkFailed />;
  return <div aria-busy="true" />;
}

interface BoundaryProps {
  /** A page at another place gets another chance. */
  readonly place: unknown;
  readonly children: ComponentChildren;
}

/** A page that breaks says so, and the rest of the viewer goes on. */
class ErrorBoundary extends Component<BoundaryProps, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  override componentDidCatch(error: Error): void {
    console.error(error);
    this.setState({ error });
  }

  override componentDidUpdate(before: BoundaryProps): void {
    const isElsewhere = JSON.stringify(before.place) !== JSON.stringify(this.props.place);
    if (isElsewhere && this.state.error !== null) this.setState({ error: null });
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <EmptyState title={TEXTS.pageBroke} icon="warning" isPage>
        <p class="mono">{error.message}</p>
        <Button icon="refresh" onClick={() => this.setState({ error: null })}>
          {TEXTS.retry}
        </Button>
      </EmptyState>
    );
  }
}
