import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import type { JsonObject } from "../../entities/json.ts";
import { toDictionary } from "../../entities/record.ts";
import type { Span, SpanEvent, SpanStatusCode } from "../../entities/trace.ts";
import { parsePythonJson, printPythonJson } from "../../format/python-json.ts";

/** Keys of the attributes by which MLflow itself goes. */
export const SPAN_ATTRIBUTE = {
  traceId: "mlflow.traceRequestId",
  spanType: "mlflow.spanType",
  inputs: "mlflow.spanInputs",
  outputs: "mlflow.spanOutputs",
  functionName: "mlflow.spanFunctionName",
  tokenUsage: "mlflow.chat.tokenUsage",
} as const;

/** What MLflow's viewer has an icon for; others are fine, too. */
export type SpanType =
  | "LLM"
  | "CHAIN"
  | "AGENT"
  | "TOOL"
  | "CHAT_MODEL"
  | "RETRIEVER"
  | "PARSER"
  | "EMBEDDING"
  | "RERANKER"
  | "MEMORY"
  | "WORKFLOW"
  | "TASK"
  | "GUARDRAIL"
  | "EVALUATOR"
  | "UNKNOWN"
  | (string & {});

export interface SpanOptions {
  readonly name: string;
  /** UNKNOWN by default. */
  readonly spanType?: SpanType;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What all spans of a trace share. */
export interface SpanContext {
  readonly traceId: string;
  /** Nanoseconds since the epoch, by a clock that does not jump. */
  now(): bigint;
}

/** A span that goes on: `withSpan` and `trace` give it. */
export class LiveSpan {
  readonly name: string;
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string = randomBytes(8).toString("hex");
  readonly parentId: string | null;
  readonly startTimeNs: bigint;
  readonly #context: SpanContext;
  readonly #attributes = new Map<string, string>();
  readonly #events: SpanEvent[] = [];
  #status: Span["status"] = { statusCode: "UNSET", description: "" };
  #endTimeNs: bigint | null = null;

  constructor(context: SpanContext, options: SpanOptions, parentId: string | null) {
    this.name = options.name;
    this.traceId = context.traceId;
    this.parentId = parentId;
    this.startTimeNs = context.now();
    this.#context = context;
    this.setAttribute(SPAN_ATTRIBUTE.traceId, context.traceId);
    this.setAttribute(SPAN_ATTRIBUTE.spanType, options.spanType ?? "UNKNOWN");
    this.setAttributes(options.attributes ?? {});
  }

  /** What the work began with: anything that JSON can tell. */
  setInputs(inputs: unknown): void {
    this.setAttribute(SPAN_ATTRIBUTE.inputs, inputs);
  }

  /** What came of it. A function that returns something needs not say it. */
  setOutputs(outputs: unknown): void {
    this.setAttribute(SPAN_ATTRIBUTE.outputs, outputs);
  }

  setSpanType(spanType: SpanType): void {
    this.setAttribute(SPAN_ATTRIBUTE.spanType, spanType);
  }

  setAttribute(key: string, value: unknown): void {
    this.#attributes.set(key, toJsonText(value));
  }

  setAttributes(attributes: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(attributes)) this.setAttribute(key, value);
  }

  /** Tokens of a language model; the trace shows their sum. */
  setTokenUsage(usage: { readonly inputTokens: number; readonly outputTokens: number }): void {
    const { inputTokens, outputTokens } = usage;
    this.setAttribute(SPAN_ATTRIBUTE.tokenUsage, {
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    });
  }

  setStatus(statusCode: SpanStatusCode, description = ""): void {
    this.#status = { statusCode, description };
  }

  addEvent(name: string, attributes: JsonObject = {}): void {
    this.#events.push({ name, timestamp: this.#context.now(), attributes });
  }

  /** Notes an error; the span's status becomes ERROR. */
  recordException(error: unknown): void {
    const { name, message, stack = "" } = error instanceof Error ? error : toError(error);
    this.addEvent("exception", {
      "exception.message": message,
      "exception.type": name,
      "exception.stacktrace": stack,
    });
    this.setStatus("ERROR", `${name}: ${message}`);
  }

  /** The JSON text of an attribute; undefined when it is not set. */
  attribute(key: string): string | undefined {
    return this.#attributes.get(key);
  }

  /** @returns false when the span is over already */
  end(): boolean {
    if (this.#endTimeNs !== null) return false;
    this.#endTimeNs = this.#context.now();
    if (this.#status.statusCode === "UNSET") this.setStatus("OK");
    return true;
  }

  /** The span as it is now. */
  toSpan(): Span {
    return {
      traceId: this.traceId,
      otelTraceId: this.traceId.replace(/^tr-/, ""),
      spanId: this.spanId,
      parentId: this.parentId,
      name: this.name,
      startTimeNs: this.startTimeNs,
      endTimeNs: this.#endTimeNs,
      status: this.#status,
      attributes: toDictionary(this.#attributes),
      events: this.#events,
      links: [],
    };
  }
}

/** JSON as Python writes it. What JSON cannot tell, such as a circle of objects, is told in words. */
export function toJsonText(value: unknown): string {
  try {
    const json = JSON.stringify(value, (_, each) => {
      if (typeof each === "bigint") return each.toString();
      if (each instanceof Error) return `${each.name}: ${each.message}`;
      if (each instanceof Map) return Object.fromEntries(each);
      if (each instanceof Set) return [...each];
      return typeof each === "function" ? `[Function ${each.name}]` : each;
    });
    return printPythonJson(parsePythonJson(json ?? "null", ""), false);
  } catch {
    return printPythonJson(inspect(value), false);
  }
}

function toError(thrown: unknown): Error {
  const error = new Error(typeof thrown === "string" ? thrown : inspect(thrown));
  error.stack = "";
  return error;
}
