import { text } from "node:stream/consumers";
import type { ArtifactRepository } from "../../artifacts/artifact-repository.ts";
import { openArtifacts } from "../../artifacts/registry.ts";
import { Connection, type RestMethod } from "../../client/rest/connection.ts";
import { openProxied } from "../../client/rest/proxied-artifacts.ts";
import { connectionSettings } from "../../client/rest/settings.ts";
import type { LoggedModel } from "../../entities/logged-model.ts";
import { MlrunsError } from "../../errors.ts";
import { decodeLoggedModel, type LoggedModelJson } from "../../wire/logged-model.ts";

type Fields = Readonly<Record<string, unknown>>;

/** An MLflow server, spoken to in its own JSON. */
export class ServerApi {
  readonly #connection: Connection;

  /** @throws MlrunsError INVALID_PARAMETER_VALUE when it is no address */
  constructor(url: string) {
    this.#connection = new Connection(connectionSettings(url));
  }

  get<Answer>(path: string, fields: Fields = {}): Promise<Answer> {
    return this.call("GET", path, fields);
  }

  post<Answer>(path: string, fields: Fields): Promise<Answer> {
    return this.call("POST", path, fields);
  }

  /** @param path - below `/api/2.0/mlflow/`, or absolute */
  call<Answer>(method: RestMethod, path: string, fields: Fields): Promise<Answer> {
    return this.#connection.call(method, absolute(path), fields);
  }

  async text(path: string, query: Readonly<Record<string, string>>): Promise<string> {
    return text(await this.#connection.send({ method: "GET", path: absolute(path), query }));
  }

  /** The entries of a list that comes in pages. */
  async *pages<Entry>(
    method: "GET" | "POST",
    path: string,
    fields: Fields,
    entries: string,
  ): AsyncGenerator<readonly Entry[]> {
    let token = "";
    do {
      const page = await this.call<Record<string, unknown>>(method, path, {
        ...fields,
        ...(token !== "" && { page_token: token }),
      });
      yield (page[entries] ?? []) as readonly Entry[];
      token = String(page.next_page_token ?? "");
    } while (token !== "");
  }

  /** Opens artifacts by the URI that the server tells of them. A path is of this machine as well as of the server. */
  openArtifacts(uri: string): Promise<ArtifactRepository> {
    const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/i.exec(uri)?.[1];
    if (proxied !== undefined) {
      return Promise.resolve(openProxied(this.#connection, proxied.replace(/\/+$/, "")));
    }
    if (/^file:\/\/\//i.test(uri)) {
      return openArtifacts({ kind: "folder", folder: decodeURIComponent(new URL(uri).pathname) });
    }
    if (uri.startsWith("/")) return openArtifacts({ kind: "folder", folder: uri });
    return openArtifacts({ kind: "remote", uri });
  }

  close(): void {
    this.#connection.close();
  }
}

/** Most logged models that MLflow's server gives in one answer. */
const MODELS = 50;

/** The logged models of an experiment in portions; none where the server, of MLflow 2, has none. */
export async function* loggedModelsOf(
  api: ServerApi,
  experimentId: string,
  filter?: string,
): AsyncGenerator<readonly LoggedModel[]> {
  const fields = {
    experiment_ids: [experimentId],
    max_results: MODELS,
    ...(filter !== undefined && { filter }),
  };
  const pages = api.pages<LoggedModelJson>("POST", "logged-models/search", fields, "models");
  for (;;) {
    const page = await orMissing(pages.next());
    if (page === undefined || page.done) return;
    yield page.value.map(decodeLoggedModel);
  }
}

/** The value, or undefined when there is no such thing, or no such endpoint in this version of the server. */
export async function orMissing<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MlrunsError && error.httpStatus === 404) return undefined;
    throw error;
  }
}

/** A text in a filter. One with both kinds of quotes cannot be asked for. */
export function quoted(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

export function pairs(
  entries: Readonly<Record<string, string>>,
): { readonly key: string; readonly value: string }[] {
  return Object.entries(entries).map(([key, value]) => ({ key, value }));
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `/api/2.0/mlflow/${path}`;
}
