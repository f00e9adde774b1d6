import { join } from "node:path";
import Papa from "papaparse";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { runCli } from "../helpers/killing.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const NASTY = 'a "b", <script>|\nsecond';

async function tree(): Promise<string> {
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  const experimentId = await client.createExperiment("e");
  for (const [name, lr, loss] of [
    ["first", "0.1", 1e-7],
    ["second", "0.2", Number.NaN],
  ] as const) {
    const { runId } = (
      await client.createRun(experimentId, { runName: name, startTime: lr === "0.1" ? 1000 : 2500 })
    ).info;
    client.logParam(runId, "lr", lr);
    client.logParam(runId, "same", "1");
    client.logMetric(runId, "loss", loss);
    client.setTag(runId, "note", NASTY);
  }
  client.flush();
  return client.root;
}

const runs = async (...args: string[]) => runCli(["runs", "-r", await tree(), ...args]);

test("CSV has every column under MLflow's names, and each value as it was logged", async () => {
  const { stdout } = await runs("--format", "csv");
  const { data } = Papa.parse<Record<string, string>>(stdout.trimEnd(), { header: true });

  expect(data).toHaveLength(2);
  expect(data[1]).toMatchObject({
    run_name: "first",
    status: "RUNNING",
    start_time: "1970-01-01T00:00:01Z",
    end_time: "",
    "params.lr": "0.1",
    "metrics.loss": "1e-07",
    "tags.note": NASTY,
  });
  expect(data[0]).toMatchObject({ "metrics.loss": "nan", start_time: "1970-01-01T00:00:02.500Z" });
});

test("Markdown shows what tells the runs apart, and no value breaks the table", async () => {
  expect((await runs("--format", "markdown")).stdout).toBe(
    "| run\\_name | status | start\\_time | params.lr | metrics.loss |\n" +
      "| --- | --- | --- | --- | ---: |\n" +
      "| second | RUNNING | 1970-01-01T00:00:02.500Z | 0.2 | nan |\n" +
      "| first | RUNNING | 1970-01-01T00:00:01Z | 0.1 | 1e-07 |\n",
  );
  expect((await runs("--format", "markdown", "--columns", "tags.note", "-n", "1")).stdout).toBe(
    "| tags.note |\n| --- |\n| a &#34;b&#34;, &#60;script&#62;\\|<br>second |\n",
  );
});

test("HTML is a table without a page, its values escaped", async () => {
  expect(
    (await runs("--format", "html", "--columns", "run_name,tags.note", "-n", "1")).stdout,
  ).toBe(
    "<table>\n<thead>\n<tr><th>run_name</th><th>tags.note</th></tr>\n</thead>\n<tbody>\n" +
      "<tr><td>second</td><td>a &#34;b&#34;, &#60;script&#62;|\nsecond</td></tr>\n</tbody>\n</table>\n",
  );
});

test("JSON is one document: the whole runs, or the chosen columns", async () => {
  const whole = JSON.parse((await runs("--format", "json")).stdout);
  expect(whole.map(({ data }: { data: object }) => data)).toMatchObject([
    { metrics: { loss: "NaN" } },
    { metrics: { loss: 1e-7 } },
  ]);
  const { stdout } = await runs("--format", "json", "--columns", "run_name,params.lr");
  expect(JSON.parse(stdout)).toEqual([
    { run_name: "second", "params.lr": "0.2" },
    { run_name: "first", "params.lr": "0.1" },
  ]);
});

test("a column that no run can have is refused", async () => {
  const { stderr, exit } = await runs("--columns", "loss");

  expect(stderr).toContain(
    "'loss' is no column. Name an attribute such as run_name, or metrics.KEY",
  );
  expect(exit).toBe("2");
});
