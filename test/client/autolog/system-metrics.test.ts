import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { combine } from "../../../lib/client/autolog/system-metrics.ts";
import {
  parseNetstat,
  parseNvidiaSmi,
  parseProcNetDev,
} from "../../../lib/client/autolog/system-readings.ts";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { startRun } from "../../../lib/client/start-run.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** As MLflow 3.17 names them on a machine without a GPU. */
const NAMES = [
  "system/cpu_utilization_percentage",
  "system/disk_available_megabytes",
  "system/disk_usage_megabytes",
  "system/disk_usage_percentage",
  "system/network_receive_megabytes",
  "system/network_transmit_megabytes",
  "system/system_memory_usage_megabytes",
  "system/system_memory_usage_percentage",
];

async function newRoot(): Promise<string> {
  return join(await makeTempFolder(), "mlruns");
}

describe("a run with system metrics", () => {
  test("has a point of each after every interval and one at its end", async () => {
    const trackingUri = await newRoot();
    const runId = await startRun(
      { trackingUri, logSystemMetrics: { intervalMs: 100 } },
      async (run) => {
        await sleep(350);
        return run.runId;
      },
    );
    const client = new MlrunsClient(trackingUri);
    const { metrics } = (await client.getRun(runId)).data;
    const cpu = await client.getMetricHistory(runId, "system/cpu_utilization_percentage");

    expect(Object.keys(metrics)).toEqual(NAMES);
    expect(cpu.map(({ step }) => step)).toEqual(cpu.map((_, i) => i));
    expect(cpu.length).toBeGreaterThanOrEqual(2);
    for (const name of NAMES.filter((each) => each.endsWith("percentage"))) {
      expect(metrics[name], name).toBeGreaterThanOrEqual(0);
      expect(metrics[name], name).toBeLessThanOrEqual(100);
    }
    expect(metrics["system/system_memory_usage_megabytes"]).toBeGreaterThan(100);
  });

  test("counts on where it ended when it is resumed, under the name of its node", async () => {
    vi.stubEnv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "TRUE");
    vi.stubEnv("MLFLOW_SYSTEM_METRICS_NODE_ID", "node-0");
    const trackingUri = await newRoot();
    const runId = await startRun({ trackingUri }, (run) => run.runId);
    await startRun({ trackingUri, runId }, () => undefined);

    const client = new MlrunsClient(trackingUri);
    const key = "system/node-0/cpu_utilization_percentage";
    expect((await client.getMetricHistory(runId, key)).map(({ step }) => step)).toEqual([0, 1]);
  });

  test("has none unless it is asked for, and goes on when it was deleted meanwhile", async () => {
    const trackingUri = await newRoot();
    const plain = await startRun({ trackingUri }, (run) => run.runId);
    const client = new MlrunsClient(trackingUri);
    expect((await client.getRun(plain)).data.metrics).toEqual({});

    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const run = await startRun({ trackingUri, logSystemMetrics: { intervalMs: 20 } });
    await client.deleteRun(run.runId);
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 5_000 });
    expect(warn.mock.calls[0]?.[0]).toBe(
      `No more system metrics of run ${run.runId}: The run ${run.runId} must be in 'active' lifecycle_stage.`,
    );
    await client.restoreRun(run.runId);
    await run.end();
    warn.mockRestore();
  });

  test("an interval that is no number is refused in words", async () => {
    vi.stubEnv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "often");

    const trackingUri = await newRoot();
    await expect(startRun({ trackingUri, logSystemMetrics: true })).rejects.toThrow(
      "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL should be a positive number",
    );
    const { runs } = await new MlrunsClient(trackingUri).searchRuns(["0"]);
    expect(runs.map(({ info }) => info.status)).toEqual(["FAILED"]);
  });

  test("tells of GPUs when there is nvidia-smi", async () => {
    const folder = await makeTempFolder();
    const program = join(folder, "nvidia-smi");
    await writeFile(
      program,
      "#!/bin/sh\necho '1024, 4096, 35, 70.5, 250'\necho '0, 4096, 0, [N/A], 250'\n",
    );
    await chmod(program, 0o755);
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
    const trackingUri = await newRoot();
    const runId = await startRun({ trackingUri, logSystemMetrics: true }, (run) => run.runId);

    const { metrics } = (await new MlrunsClient(trackingUri).getRun(runId)).data;
    const gpus = Object.entries(metrics).filter(([key]) => key.startsWith("system/gpu_"));
    expect(Object.fromEntries(gpus)).toEqual({
      "system/gpu_0_memory_usage_megabytes": 1073.7,
      "system/gpu_0_memory_usage_percentage": 25,
      "system/gpu_0_power_usage_percentage": 28.2,
      "system/gpu_0_power_usage_watts": 70.5,
      "system/gpu_0_utilization_percentage": 35,
      "system/gpu_1_memory_usage_megabytes": 0,
      "system/gpu_1_memory_usage_percentage": 0,
      "system/gpu_1_utilization_percentage": 0,
    });
  });
});

describe("readings", () => {
  test("samples are averaged to one decimal; network counts up", () => {
    expect(
      combine([
        { cpu: 10, network_receive_megabytes: 1.23456 },
        { cpu: 11.3, network_receive_megabytes: 2.34567, gpu_0: 5 },
      ]),
    ).toEqual({ cpu: 10.7, network_receive_megabytes: 2.34567, gpu_0: 5 });
  });

  test("Linux and macOS tell bytes of all interfaces", () => {
    const linux = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     100       2    0    0    0     0          0         0      100       2    0    0    0     0       0          0
  eth0:1000      10    0    0    0     0          0         0     2000      20    0    0    0     0       0          0
`;
    const macos = `Name  Mtu   Network       Address            Ipkts Ierrs     Ibytes    Opkts Oerrs     Obytes  Coll
lo0   16384 <Link#1>                            50     0        100       50     0        100     0
lo0   16384 127           127.0.0.1             50     -        100       50     -        100     -
en0   1500  <Link#4>    aa:bb:cc:dd:ee:ff      900     0       1000      800     0       2000     0
`;
    expect(parseProcNetDev(linux)).toEqual({ received: 1100, sent: 2100 });
    expect(parseNetstat(macos)).toEqual({ received: 1100, sent: 2100 });
  });

  test("a GPU line that is no answer gives nothing", () => {
    expect(parseNvidiaSmi("NVIDIA-SMI has failed\n")).toEqual({});
  });
});
