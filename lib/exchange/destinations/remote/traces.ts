import { Readable } from "node:stream";
import { MLFLOW_TAG } from "../../../entities/tag.ts";
import { SOURCE_RUN, SPANS_FILE } from "../../../entities/trace.ts";
import { printSpans } from "../../../format/spans.ts";

import { decodeTraceInfo, encodeTraceInfo, type TraceInfoJson } from "../../../wire/trace.ts";
import { copyToRepository } from "../../copy-artifacts.ts";
import type { Item } from "../../items.ts";
import { orMissing, type ServerApi } from "../../remote/api.ts";
import type { Report } from "../../report.ts";
import type { SentIds } from "./ids.ts";

const TRACES = "/api/3.0/mlflow/traces";

/** Sends traces, which keep their ids. The spans follow the rest: a trace without them was cut off. */
export class TraceSender {
  readonly #api: ServerApi;
  readonly #sent: SentIds;
  readonly #report: Report;

  constructor(api: ServerApi, sent: SentIds, report: Report) {
    this.#api = api;
    this.#sent = sent;
    this.#report = report;
  }

  async take(
    item: Extract<Item, { kind: "trace" }>,
    experimentId: string,
  ): Promise<"carried" | "there"> {
    const known = await orMissing(this.#api.get<Answer>(`${TRACES}/${item.id}`));
    const location = known === undefined ? await this.#create(item, experimentId) : placeOf(known);
    const repository = await this.#api.openArtifacts(location);
    if (known !== undefined && (await repository.find(SPANS_FILE)) !== undefined) return "there";
    const { artifacts, spans } = await item.read();
    await copyToRepository(artifacts, repository, `trace ${item.id}`, this.#report);
    if (spans !== undefined) {
      await repository.write(SPANS_FILE, Readable.from([Buffer.from(printSpans(spans))]));
    }
    return "carried";
  }

  async #create(item: Extract<Item, { kind: "trace" }>, experimentId: string): Promise<string> {
    const { info } = await item.read();
    const { [MLFLOW_TAG.artifactLocation]: _, ...tags } = info.tags;
    const { [SOURCE_RUN]: run, ...metadata } = info.traceMetadata;
    const runHere = run === undefined ? undefined : (this.#sent.runs.get(run)?.id ?? run);
    const json = encodeTraceInfo(
      {
        ...info,
        experimentId,
        tags,
        traceMetadata: { ...metadata, ...(runHere !== undefined && { [SOURCE_RUN]: runHere }) },
      },
      "",
    );
    this.#report.note(
      "assessments that were replaced arrive as valid ones",
      info.assessments.filter(({ valid }) => !valid).length,
    );
    return placeOf(await this.#api.post<Answer>(TRACES, { trace: { trace_info: json } }));
  }
}

interface Answer {
  readonly trace: { readonly trace_info: TraceInfoJson };
}

function placeOf({ trace }: Answer): string {
  return decodeTraceInfo(trace.trace_info).tags[MLFLOW_TAG.artifactLocation] ?? "";
}
