import { invalidParameter } from "../../errors.ts";
import { variable } from "../environment.ts";
import {
  type CpuTimes,
  cpuReadings,
  diskReadings,
  gpuReadings,
  memoryReadings,
  type NetworkBytes,
  networkReadings,
  type Readings,
  readCpuTimes,
  readNetworkBytes,
} from "./system-readings.ts";

/** What the monitor logs to: a run. */
export interface MetricSink {
  readonly runId: string;
  logMetrics(metrics: Readonly<Record<string, number>>, options: { readonly step: number }): void;
}

export interface SystemMetricsOptions {
  /** Milliseconds between samples: MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL (in seconds), else ten seconds. */
  readonly intervalMs?: number;
  /** Samples that one point is the mean of: MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING, else 1. */
  readonly samplesBeforeLogging?: number;
  /** Put into the names, `system/<node>/…`, for runs on several machines: MLFLOW_SYSTEM_METRICS_NODE_ID. */
  readonly nodeId?: string;
  /** Step of the first point. */
  readonly firstStep?: number;
}

/** Prefix of the names of all system metrics. */
export const SYSTEM_PREFIX = "system/";

/**
 * Logs processor, memory, disk, network and GPU usage of the machine in the background, under MLflow's names and in its
 * units, until `stop`. It does not keep the process alive.
 *
 * Unlike MLflow it logs a last point when it stops, so that a run shorter than the interval has one.
 *
 * @see MLflow 3.17 `mlflow.system_metrics`
 */
export class SystemMetricsMonitor {
  readonly #sink: MetricSink;
  readonly #prefix: string;
  readonly #samplesBeforeLogging: number;
  readonly #timer: NodeJS.Timeout;
  #samples: Readings[] = [];
  #step: number;
  #cpu: CpuTimes = readCpuTimes();
  #firstNetwork: Promise<NetworkBytes | undefined> = readNetworkBytes();
  #sampling: Promise<void> = Promise.resolve();

  constructor(sink: MetricSink, options: SystemMetricsOptions = {}) {
    const nodeId = options.nodeId ?? variable("MLFLOW_SYSTEM_METRICS_NODE_ID");
    const seconds = positive("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL") ?? 10;
    this.#sink = sink;
    this.#prefix = SYSTEM_PREFIX + (nodeId === undefined ? "" : `${nodeId}/`);
    this.#samplesBeforeLogging =
      options.samplesBeforeLogging ?? positive("MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING") ?? 1;
    this.#step = options.firstStep ?? 0;
    this.#timer = setInterval(() => this.#tick(), options.intervalMs ?? seconds * 1000).unref();
  }

  /** Logs what has been sampled since the last point, and stops. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sampling;
    await this.#guarded(async () => {
      if (this.#samples.length === 0) await this.#sample();
      this.#log();
    });
  }

  #tick(): void {
    this.#sampling = this.#sampling.then(() =>
      this.#guarded(async () => {
        await this.#sample();
        if (this.#samples.length >= this.#samplesBeforeLogging) this.#log();
      }),
    );
  }

  /** What goes wrong here, such as a run that was deleted meanwhile, is no reason to end the training. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      clearInterval(this.#timer);
      const message = error instanceof Error ? error.message : String(error);
      process.emitWarning(`No more system metrics of run ${this.#sink.runId}: ${message}`);
    }
  }

  async #sample(): Promise<void> {
    const cpu = readCpuTimes();
    const [firstNetwork, network, disk, gpu] = await Promise.all([
      this.#firstNetwork,
      readNetworkBytes(),
      diskReadings(),
      gpuReadings(),
    ]);
    this.#samples.push({
      ...cpuReadings(this.#cpu, cpu),
      ...memoryReadings(),
      ...disk,
      ...(firstNetwork && network && networkReadings(firstNetwork, network)),
      ...gpu,
    });
    this.#cpu = cpu;
  }

  #log(): void {
    const metrics = Object.entries(combine(this.#samples)).map(
      ([name, value]) => [this.#prefix + name, value] as const,
    );
    this.#samples = [];
    this.#sink.logMetrics(Object.fromEntries(metrics), { step: this.#step++ });
  }
}

/** Means, with one decimal as MLflow has them; network metrics count up, so the last one stands as it is. */
export function combine(samples: readonly Readings[]): Readings {
  const combined: Record<string, number> = {};
  for (const name of new Set(samples.flatMap(Object.keys))) {
    const values = samples.flatMap((sample) => sample[name] ?? []);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    combined[name] = name.startsWith("network_")
      ? (values.at(-1) ?? 0)
      : Math.round(mean * 10) / 10;
  }
  return combined;
}

function positive(
  name: "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL" | "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING",
): number | undefined {
  const text = variable(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0) return value;
  throw invalidParameter(`${name} should be a positive number, found '${text}'`);
}
