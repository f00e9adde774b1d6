// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { DATA_PATH } from "../../../lib/wire/data-paths.ts";
import { generation } from "../../../viewer/data/generation.ts";
import { getHistory } from "../../../viewer/data/histories.ts";
import { type DataServer, startDataServer } from "./data-server.ts";

let server: DataServer;
let runId = "";
let runs = 0;
beforeEach(async () => {
  server = await startDataServer();
  // The cache outlives a test.
  runId = `run${++runs}`;
});

const KEY = "val/loss";

async function read(count = 3): Promise<number[][]> {
  const { steps, values } = await getHistory(runId, KEY, count);
  return [...steps].map((step, i) => [step, values[i] ?? Number.NaN]);
}

/** Puts the file on the server, as something that changed. */
function put(content: string | Uint8Array, path = DATA_PATH.historyText(runId, KEY)): void {
  server.files.set(path, content);
  generation.value++;
}

test("a history that grows is read once, then only its new bytes", async () => {
  const start = "1000 0.5 1\n2000 0.4 2\n3000 0.3 3\n";
  put(start);
  const first = await read();
  put(`${start}4000 0.2 4\n5000 0.1`);
  const second = await read();
  put(`${start}4000 0.2 4\n5000 0.15 5\n`);
  const third = await read();

  expect(first).toEqual([
    [1, 0.5],
    [2, 0.4],
    [3, 0.3],
  ]);
  expect(second).toEqual([...first, [4, 0.2]]);
  expect(third).toEqual([...second, [5, 0.15]]);
  const path = DATA_PATH.historyText(runId, KEY);
  expect(server.requests).toEqual([
    `${path} 200`,
    `${path} bytes=${start.length - 24}- 206`,
    `${path} bytes=${start.length + 11 - 24}- 206`,
  ]);
});

test("within a generation nothing is asked for again", async () => {
  put("1000 0.5 1\n");
  await read();
  await read();

  expect(server.requests).toHaveLength(1);
});

test.each([
  ["shrank", "1000 0.5 1\n"],
  ["was written anew", "1000 0.9 1\n2000 0.8 2\n3000 0.7 3\n4000 0.6 4\n"],
])("a file that %s is read whole", async (_, now) => {
  put("1000 0.5 1\n2000 0.4 2\n3000 0.3 3\n");
  await read();
  put(now);

  const points = await read();

  const lines = now
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  expect(points).toEqual(lines.map(([, value, step]) => [step, value]));
});

test("a host without ranges sends the whole file, which is as good", async () => {
  server.takesRanges = false;
  put("1000 0.5 1\n");
  await read();
  put("1000 0.5 1\n2000 0.4 2\n");

  expect(await read()).toEqual([
    [1, 0.5],
    [2, 0.4],
  ]);
});

test("a long history is read as records, and grows by records", async () => {
  const record = (step: number): number[] => [step, step / 10, step * 1000];
  const bytes = (count: number): Uint8Array =>
    new Uint8Array(
      new Float64Array(Array.from({ length: count }, (_, i) => record(i)).flat()).buffer,
    );
  const path = DATA_PATH.historyBinary(runId, KEY);
  put(bytes(3_000), path);
  await read(3_000);
  put(bytes(3_001), path);

  const points = await read(3_001);

  expect(points).toHaveLength(3_001);
  expect(points.at(-1)).toEqual([3_000, 300]);
  expect(server.requests.at(-1)).toBe(`${path} bytes=${2_999 * 24}- 206`);
});

test("a metric that outgrew its text form is read in the other", async () => {
  put("1000 0.5 1\n");
  await read(1);
  server.files.delete(DATA_PATH.historyText(runId, KEY));
  put(
    new Uint8Array(new Float64Array([1, 0.5, 1000, 2, 0.4, 2000]).buffer),
    DATA_PATH.historyBinary(runId, KEY),
  );

  expect(await read(2_001)).toEqual([
    [1, 0.5],
    [2, 0.4],
  ]);
});
