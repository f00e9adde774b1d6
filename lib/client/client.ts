import { MaintenanceClient } from "./maintenance-client.ts";

export type { MetricSummary } from "../format/metric-summary.ts";
export type { RunRecord } from "../store/read-run.ts";

/**
 * MLflow's client for a tree of files: `new MlrunsClient("./mlruns")`. Method names are those of MLflow's Java client.
 *
 * Nothing runs in the background and nothing is cached that cannot be read again: several clients, processes and
 * MLflow itself may work on one tree at the same time.
 */
export class MlrunsClient extends MaintenanceClient {}
