import type { Server, ServerResponse } from "node:http";

/** A connection on which nothing moves for so long is given up. MLflow's clients wait for two minutes. */
const STALLED_MS = 300_000;

/**
 * Lets requests take as long as something moves: Node would end an upload of more than five minutes.
 *
 * @returns how to stop the server: it takes no more requests, and resolves when those that were open have their answers.
 *   Streams of events, which never end by themselves, are cut off.
 */
export function watchAnswers(server: Server): () => Promise<void> {
  const open = new Set<ServerResponse>();
  let isStopping = false;
  const cutTheRest = (): void => {
    if (isStopping && [...open].every(isEventStream)) server.closeAllConnections();
  };
  server.requestTimeout = 0;
  server.setTimeout(STALLED_MS);
  server.on("request", (_request, response: ServerResponse) => {
    open.add(response);
    response.once("close", () => {
      open.delete(response);
      cutTheRest();
    });
  });
  return () =>
    new Promise((resolve) => {
      isStopping = true;
      server.close(() => resolve());
      cutTheRest();
    });
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader("content-type") ?? "").startsWith("text/event-stream");
}
