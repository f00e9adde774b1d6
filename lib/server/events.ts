import type { MlrunsClient } from "../client/client.ts";
import type { SiteContext } from "../site/context.ts";
import type { ChangeEvent } from "../wire/data-files.ts";

type Listener = (event: ChangeEvent) => void;

/** Tells listeners what changes. */
export interface Feed {
  /** @returns a function that ends the listening */
  listen(listener: Listener): () => void;
}

/** How often a tree is looked at while somebody listens, ms: often, but at most a tenth of the time. */
const SHORTEST_PAUSE_MS = 500;
const SHARE_OF_TIME = 10;
const PART_MS = 1_000;
/** A run is new for so long, ms. */
const NEW_MS = 60_000;

/** Tells listeners what changed in a tree, by whomever. Looks at the tree only while there are listeners. */
export class ChangeFeed implements Feed {
  readonly #client: MlrunsClient;
  readonly #listeners = new Set<Listener>();
  /** What was last known of runs that were told of, by their ids. */
  readonly #told = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #generation = 0;

  constructor(client: MlrunsClient) {
    this.#client = client;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#schedule(0);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
    this.#told.clear();
  }

  #schedule(pause: number): void {
    this.#timer = setTimeout(() => this.#look(), pause);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const start = performance.now();
    // A look at a large tree that was never read takes a while, and is told of in parts.
    const soFar = setInterval(() => void this.#tell(this.#client.takeChanges()), PART_MS);
    const changes = await this.#client.pollChanges().catch(() => []);
    clearInterval(soFar);
    await this.#tell(changes);
    if (this.#listeners.size === 0) return;
    this.#schedule(Math.max(SHORTEST_PAUSE_MS, (performance.now() - start) * SHARE_OF_TIME));
  }

  async #tell(changes: Awaited<ReturnType<MlrunsClient["pollChanges"]>>): Promise<void> {
    for (const { experimentId, runIds } of changes) {
      const runId = runIds.length === 1 ? (runIds[0] ?? null) : null;
      const what = runId === null || (await this.#isOther(runId)) ? "run" : "data";
      this.#generation++;
      const event = {
        kind: "change",
        experimentId,
        runId,
        what,
        generation: String(this.#generation),
      } as const;
      for (const listener of this.#listeners) listener(event);
    }
  }

  /** Whether a run is no longer what it was: new, gone, ended, renamed, deleted. */
  async #isOther(runId: string): Promise<boolean> {
    const info = await this.#client.getRunInfo(runId).catch(() => null);
    const before = this.#told.get(runId);
    const now = JSON.stringify(info);
    this.#told.set(runId, now);
    if (before !== undefined) return before !== now;
    // One that goes on for a while when it is first heard of has been counted by whoever listens.
    return info?.status !== "RUNNING" || Date.now() - info.startTime < NEW_MS;
  }
}

/** The changes of several trees, with ids as their site has them. */
export function joinFeeds(
  parts: readonly { readonly feed: Feed; readonly context: SiteContext }[],
): Feed {
  return {
    listen: (listener) => {
      const stops = parts.map(({ feed, context: { id, root } }) =>
        feed.listen(({ experimentId, runId, ...event }) =>
          listener({
            ...event,
            experimentId: experimentId === null ? null : id(experimentId),
            runId: runId === null ? null : id(runId),
            generation: `${root}.${event.generation}`,
          }),
        ),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
