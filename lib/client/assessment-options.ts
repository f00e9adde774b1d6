import type { JsonValue } from "../entities/json.ts";
import { toDictionary } from "../entities/record.ts";
import type { Assessment, AssessmentError, AssessmentSourceType } from "../entities/trace.ts";
import type { NewAssessment } from "../store/assessments.ts";

/** What feedback and expectations have in common. */
export interface AssessmentOptions {
  readonly name: string;
  readonly source?: {
    /** HUMAN by default for expectations, CODE for feedback, as in MLflow. */
    readonly sourceType: AssessmentSourceType;
    /** Such as the name of a person, a judge or a script; `default` by default. */
    readonly sourceId?: string;
  };
  /** The span that it is about; the whole trace by default. */
  readonly spanId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface FeedbackOptions extends AssessmentOptions {
  /** A number, text, boolean, or a list or map of those; null when there is an error. */
  readonly value?: JsonValue;
  /** Why there is no value. */
  readonly error?: Partial<AssessmentError>;
  readonly rationale?: string;
  /** Id of the assessment that this one replaces. */
  readonly overrides?: string;
}

export interface ExpectationOptions extends AssessmentOptions {
  /** Any JSON value. */
  readonly value: JsonValue;
}

export function toFeedback(feedback: FeedbackOptions): NewAssessment {
  const { value = null, error, rationale = null, overrides = null } = feedback;
  return {
    kind: "feedback",
    ...common(feedback, "CODE"),
    value,
    error:
      error === undefined
        ? null
        : { errorCode: "", errorMessage: null, stackTrace: null, ...error },
    rationale,
    overrides,
  };
}

export function toExpectation(expectation: ExpectationOptions): NewAssessment {
  return {
    kind: "expectation",
    ...common(expectation, "HUMAN"),
    value: expectation.value,
    rationale: null,
    overrides: null,
  };
}

/** A feedback in the place of another one, about the same. */
export function toOverride(
  { assessmentId, name, spanId }: Assessment,
  feedback: Omit<FeedbackOptions, "name" | "overrides">,
): NewAssessment {
  const place = spanId === null ? {} : { spanId };
  return toFeedback({ ...place, ...feedback, name, overrides: assessmentId });
}

function common(
  options: AssessmentOptions,
  sourceType: AssessmentSourceType,
): Pick<Assessment, "name" | "source" | "spanId" | "metadata"> {
  const { source } = options;
  return {
    name: options.name,
    source: {
      sourceType: source?.sourceType ?? sourceType,
      sourceId: source?.sourceId ?? "default",
    },
    spanId: options.spanId ?? null,
    metadata: toDictionary(Object.entries(options.metadata ?? {})),
  };
}
