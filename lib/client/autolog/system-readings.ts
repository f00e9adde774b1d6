import { execFile } from "node:child_process";
import { readFile, statfs } from "node:fs/promises";
import { cpus, freemem, platform, totalmem } from "node:os";
import { parse } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Metric names without their prefix, such as `cpu_utilization_percentage`, and their values. */
export type Readings = Readonly<Record<string, number>>;

/** Busy and total time of all processors since the machine started; only differences mean something. */
export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/** Bytes through all network interfaces since the machine started. */
export interface NetworkBytes {
  readonly received: number;
  readonly sent: number;
}

export function readCpuTimes(): CpuTimes {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const working = times.user + times.nice + times.sys + times.irq;
    busy += working;
    total += working + times.idle;
  }
  return { busy, total };
}

/** Utilization of all processors between two readings, 0 to 100. */
export function cpuReadings(before: CpuTimes, after: CpuTimes): Readings {
  const total = after.total - before.total;
  const percentage = total > 0 ? ((after.busy - before.busy) / total) * 100 : 0;
  return { cpu_utilization_percentage: percentage };
}

export function memoryReadings(): Readings {
  const used = totalmem() - freemem();
  return {
    system_memory_usage_megabytes: used / 1e6,
    system_memory_usage_percentage: (used / totalmem()) * 100,
  };
}

/** Of the disk that holds the root of the file system, as MLflow has it; a percentage as `df` counts it. */
export async function diskReadings(): Promise<Readings> {
  const { bsize, blocks, bfree, bavail } = await statfs(parse(process.cwd()).root);
  const used = (blocks - bfree) * bsize;
  const available = bavail * bsize;
  return {
    disk_usage_percentage: (used / (used + available)) * 100,
    disk_usage_megabytes: used / 1e6,
    disk_available_megabytes: available / 1e6,
  };
}

/** Undefined where the system does not tell: on others than Linux and macOS. */
export async function readNetworkBytes(): Promise<NetworkBytes | undefined> {
  try {
    if (platform() === "linux") return parseProcNetDev(await readFile("/proc/net/dev", "utf8"));
    if (platform() === "darwin") return parseNetstat((await run("netstat", ["-ibn"])).stdout);
  } catch {
    // A container or sandbox may hide it; the other metrics are logged all the same.
  }
  return undefined;
}

/** Megabytes since the first reading. */
export function networkReadings(first: NetworkBytes, now: NetworkBytes): Readings {
  return {
    network_receive_megabytes: (now.received - first.received) / 1e6,
    network_transmit_megabytes: (now.sent - first.sent) / 1e6,
  };
}

/** Of each NVIDIA GPU; nothing when there is no `nvidia-smi` or it fails. */
export async function gpuReadings(): Promise<Readings> {
  const fields = "memory.used,memory.total,utilization.gpu,power.draw,enforced.power.limit";
  const options = [`--query-gpu=${fields}`, "--format=csv,noheader,nounits"];
  try {
    return parseNvidiaSmi((await run("nvidia-smi", options, { timeout: 10_000 })).stdout);
  } catch {
    return {};
  }
}

/** One line a GPU; fields that a GPU does not know, such as `[N/A]`, are left out. */
export function parseNvidiaSmi(output: string): Readings {
  const readings: Record<string, number> = {};
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  for (const [i, line] of lines.entries()) {
    const [used, total, utilization, watts, limit] = line.split(",").map(Number);
    const add = (name: string, value: number): void => {
      if (Number.isFinite(value)) readings[`gpu_${i}_${name}`] = value;
    };
    // nvidia-smi counts in MiB.
    add("memory_usage_percentage", ((used ?? Number.NaN) / (total ?? Number.NaN)) * 100);
    add("memory_usage_megabytes", ((used ?? Number.NaN) * 1024 * 1024) / 1e6);
    add("utilization_percentage", utilization ?? Number.NaN);
    add("power_usage_watts", watts ?? Number.NaN);
    add("power_usage_percentage", ((watts ?? Number.NaN) / (limit ?? Number.NaN)) * 100);
  }
  return readings;
}

/** Linux: after the colon of each interface, bytes received are the first number, bytes sent the ninth. */
export function parseProcNetDev(text: string): NetworkBytes {
  let received = 0;
  let sent = 0;
  for (const line of text.split("\n")) {
    const numbers = line.split(":")[1]?.trim().split(/\s+/).map(Number);
    received += numbers?.[0] || 0;
    sent += numbers?.[8] || 0;
  }
  return { received, sent };
}

/** macOS: each interface's `<Link#…>` line ends in `Ipkts Ierrs Ibytes Opkts Oerrs Obytes Coll`. */
export function parseNetstat(output: string): NetworkBytes {
  let received = 0;
  let sent = 0;
  for (const line of output.split("\n").filter((each) => each.includes("<Link#"))) {
    const numbers = line.trim().split(/\s+/).slice(-7).map(Number);
    received += numbers[2] || 0;
    sent += numbers[5] || 0;
  }
  return { received, sent };
}
