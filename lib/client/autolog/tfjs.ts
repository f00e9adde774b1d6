import type { LogValue, MetricOptions } from "../run-client.ts";

/** What the callback logs to: a run, see `startRun`. */
export interface TrainingSink {
  logMetrics(metrics: Readonly<Record<string, number>>, options?: MetricOptions): void;
  logParams(params: Readonly<Record<string, LogValue>>): void;
  logText(content: string, path: string): Promise<void>;
}

/** The part of TensorFlow.js's `LayersModel` that is read. */
export interface TfjsModel {
  summary(lineLength?: number, positions?: number[], print?: (line: string) => void): void;
  readonly optimizer?: {
    getClassName(): string;
    getConfig(): Readonly<Record<string, unknown>>;
  };
}

/** What TensorFlow.js gives to a callback: numbers such as `loss` and `val_acc`. */
export type TfjsLogs = Readonly<Record<string, number>>;

/** The functions that TensorFlow.js takes for a custom callback of `model.fit`. */
export interface TfjsCallbacks {
  onTrainBegin(): Promise<void>;
  onBatchEnd(batch: number, logs?: TfjsLogs): Promise<void>;
  onEpochEnd(epoch: number, logs?: TfjsLogs): Promise<void>;
}

export interface TfjsOptions {
  /** Logs every n-th batch instead of every epoch; a step is a batch then. */
  readonly logEveryNSteps?: number;
  /** Logs its optimizer as params and its layers as `model_summary.txt`. */
  readonly model?: TfjsModel;
}

/**
 * Logs a training of TensorFlow.js: `model.fit(x, y, { callbacks: tfjs(run) })`. Metrics, params and artifacts are named as
 * by MLflow's callback for Keras.
 *
 * @see MLflow 3.17 `mlflow.keras.callback.MlflowCallback`
 */
export function tfjs(run: TrainingSink, options: TfjsOptions = {}): TfjsCallbacks {
  const { logEveryNSteps, model } = options;
  let step = 0;
  return {
    async onTrainBegin() {
      if (model === undefined) return;
      run.logParams(optimizerParams(model));
      await run.logText(summaryOf(model), "model_summary.txt");
    },

    async onBatchEnd(_batch, logs = {}) {
      step++;
      if (logEveryNSteps === undefined || step % logEveryNSteps !== 0) return;
      // These two tell which batch it was, not how it went.
      const { batch: _, size: __, ...metrics } = logs;
      run.logMetrics(metrics, { step });
    },

    async onEpochEnd(epoch, logs = {}) {
      if (logEveryNSteps === undefined) return run.logMetrics(logs, { step: epoch });
      // Batches have no validation. MLflow logs it without a step.
      const validation = Object.entries(logs).filter(([key]) => key.startsWith("val_"));
      run.logMetrics(Object.fromEntries(validation), { step });
    },
  };
}

function optimizerParams({ optimizer }: TfjsModel): Readonly<Record<string, LogValue>> {
  if (optimizer === undefined) return {};
  const config = Object.entries(optimizer.getConfig()).map(
    ([key, value]) => [`optimizer_${key}`, value as LogValue] as const,
  );
  return { optimizer_name: optimizer.getClassName(), ...Object.fromEntries(config) };
}

function summaryOf(model: TfjsModel): string {
  const lines: string[] = [];
  model.summary(undefined, undefined, (line) => lines.push(line));
  return lines.join("\n");
}
