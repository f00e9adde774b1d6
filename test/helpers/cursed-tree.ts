import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { MlrunsClient } from "../../lib/client/client.ts";
import { write } from "./damage/damage.ts";
import { experimentMeta, idOf, runMeta } from "./damage/sound.ts";
import { makeBrokenTree } from "./damages.ts";

export const CURSED_EXPERIMENT = "666";

/** The run in which every text is an attack. */
export const CURSED_RUN: string = idOf("hostile");

/** A run that a model version names and that is nowhere. */
export const MISSING_RUN: string = idOf("nobody");

/** Text that would run, were it ever read as markup. Nothing may set `window.hacked`. */
const ATTACK =
  "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\"'`{{7*7}}";
const RTL = "\u202egnp.exe \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627";
const EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈 e\u0301\u0323 Z̶̡̨a̷l̸g̵o̶ \u2028\u0007";
const LONG = "a-very-long-name-without-any-place-to-break-it".repeat(5);

const START = 1_700_000_000_000;

/** Lines of a metric file, a second apart. */
function points(values: readonly (number | string)[]): string {
  return values.map((value, step) => `${START + step * 1000} ${value} ${step}\n`).join("");
}

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** Artifacts of the hostile run, by path: files that are broken, too deep, or want to get out. */
const ARTIFACTS: Readonly<Record<string, string | Buffer>> = {
  "attack.html": `<title>x</title><p id="p">report</p><script>try{parent.hacked=1}catch{};top.location="https://example.org/"</script><meta http-equiv="refresh" content="0;url=https://example.org/"><img src="https://example.org/x.png">`,
  "attack.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" onload="parent.hacked=1"><script>parent.hacked=1</script><image href="https://example.org/x.png"/><foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="parent.hacked=1"/></foreignObject></svg>`,
  "attack.md": `# ${ATTACK}\n\n[x](javascript:window.hacked=1) ![x](https://example.org/x.png) <iframe src=//example.org></iframe>\n\n![y](../../../../../meta.yaml)\n`,
  "attack.csv": `=cmd|'/c calc'!A0,${ATTACK}\n"unclosed,1\n`,
  "attack.json": `{"__proto__": {"hacked": 1}, "constructor": {"prototype": {"hacked": 1}}, "a": 1, "a": 2, "x": "${"<img src=x onerror=hacked=1>".repeat(3)}", "big": 1${"0".repeat(400)}}`,
  "attack.ipynb": JSON.stringify({
    nbformat: 4,
    cells: [
      { cell_type: "markdown", source: [ATTACK] },
      {
        cell_type: "code",
        source: ATTACK,
        outputs: [
          { output_type: "display_data", data: { "text/html": [ATTACK] } },
          { output_type: "display_data", data: { "image/svg+xml": "<svg onload='hacked=1'/>" } },
          { output_type: "display_data", data: { "image/png": "not base64!" } },
          { output_type: "error", traceback: ["\u001b[31mboom\u001b[0m"] },
        ],
      },
      null,
      7,
    ],
  }),
  "deep.json": nested(5_000),
  "deep.yaml": nested(300),
  "laughs.yaml": `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[i]}`).join(",")}]`).join("\n")}\n`,
  "tags.yaml": "!!python/object/apply:os.system ['echo hacked']\n",
  "lines.jsonl": '{"a": 1}\n{broken\n\n[1]\n"x"\n',
  "one-line.txt": "x".repeat(300_000),
  "control.log": "\u001b]0;hacked\u0007\u0000\u0001\r\r\n\u001b[31mred\u001b[0m\n",
  "latin1.txt": Buffer.from("d\u00e9j\u00e0 vu\n", "latin1"),
  "empty.txt": "",
  "empty.json": "",
  "empty.csv": "",
  "empty.png": "",
  "empty.parquet": "",
  "empty.html": "",
  "empty.ipynb": "",
  "empty.npy": "",
  "broken.png": "no picture",
  "broken.pdf": "no document",
  "broken.parquet": "PAR1 no footer PAR1",
  "broken.npy": Buffer.from("\x93NUMPY\x01\x00\xff\xff{", "latin1"),
  "broken.npz": "PK no archive",
  "broken.safetensors": Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 123]),
  "broken.gguf": Buffer.from("GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f", "latin1"),
  "broken.onnx": Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f]),
  "broken.ipynb": "{",
  "model.pkl": Buffer.from("\x80\x04cos\nsystem\n", "latin1"),
  "model/MLmodel": `flavors: ${ATTACK}\nsignature: {inputs: 'not json'}\n`,
  "a#b?c%20&d;e.txt": "signs\n",
  "%2e%2e%2fmeta.txt": "escapes\n",
  "..hidden/...": "dots\n",
  " lead and trail ": "spaces\n",
  [`${RTL}.txt`]: "right to left\n",
  [`${EMOJI.slice(0, 20)}.txt`]: "emoji\n",
  [`${"deep/".repeat(40)}leaf.txt`]: "leaf\n",
  [`${LONG.slice(0, 200)}.txt`]: "long\n",
  "<img src=x onerror=hacked=1>.txt": "markup\n",
  "images/k%step.png": "no numbers",
};

/** Files of runs of the cursed experiment, by the run's name. */
const RUNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  numbers: {
    "metrics/nan": points(["nan", "nan", "nan"]),
    "metrics/infinite": points(["inf", 1, "-inf", 2, "nan"]),
    "metrics/huge": points([1.7976931348623157e308, -1.7976931348623157e308, 5e-324, "-0.0"]),
    "metrics/one": points([1e300]),
    "metrics/steps": `${START} 1 -5\n${START} 3 -5\n${START} 2 9007199254740991\n${START} 4 0\n`,
    "metrics/cut": `${points([1, 2, 3])}${START + 9000} 4`,
    "metrics/empty": "",
    "metrics/garbage": "los und weiter\n1 2 3 4 5 6\n",
    "metrics/times": "-1 1 0\n99999999999999 2 1\n0 3 2\n",
    "params/number": "1e999",
    "params/empty": "",
    "params/lines": "a\nb\r\n\tc\n",
  },
  huge: {
    ...Object.fromEntries(
      Array.from({ length: 1_200 }, (_, i) => [`params/group${i % 7}/p${i}`, `${i}`]),
    ),
    ...Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [`metrics/m/${i}`, points([i, i + 1])]),
    ),
    "params/long": "v".repeat(6_000),
  },
  "without metrics": { "params/lr": "0.1" },
  unfinished: { "metrics/loss": points([3, 2, 1]) },
  "../../etc/passwd": { "params/path": "../../../etc/passwd" },
  "{a: *b, ? [": {},
};

/**
 * A tree that nobody should have: every damage of `makeBrokenTree`, and an experiment whose names and values are markup and
 * scripts, too long, too deep, right to left, no numbers; with runs that are their own parents, broken previews and
 * files whose names want to lead elsewhere.
 *
 * @returns its root
 */
export async function makeCursedTree(): Promise<string> {
  const { root } = await makeBrokenTree();
  await write(
    root,
    `${CURSED_EXPERIMENT}/meta.yaml`,
    experimentMeta(CURSED_EXPERIMENT, JSON.stringify(`cursed ${ATTACK}`)),
  );
  await write(root, `${CURSED_EXPERIMENT}/tags/mlflow.note.content`, ATTACK);
  await write(
    root,
    `${CURSED_EXPERIMENT}/tags/mlruns.view.${EMOJI.slice(0, 8)}`,
    "javascript:alert(1)",
  );
  await writeRuns(root);
  await writeHostileRun(root);
  await writeEntities(root);
  return root;
}

async function writeRuns(root: string): Promise<void> {
  for (const [name, files] of Object.entries(RUNS)) {
    await writeRun(root, name, files, name === "unfinished" ? "RUNNING" : "FINISHED");
  }
  // A line of descent twelve deep, two that are each other's parents, one that is its own, one whose parent is nowhere.
  for (let i = 0; i < 12; i++) {
    await writeRun(root, `child ${i}`, {
      "tags/mlflow.parentRunId": idOf(i ? `child ${i - 1}` : "numbers"),
    });
  }
  await writeRun(root, "hen", { "tags/mlflow.parentRunId": idOf("egg") });
  await writeRun(root, "egg", { "tags/mlflow.parentRunId": idOf("hen") });
  await writeRun(root, "ouroboros", { "tags/mlflow.parentRunId": idOf("ouroboros") });
  await writeRun(root, "orphan", { "tags/mlflow.parentRunId": ATTACK });
  const twice = `${runMeta(idOf("twice"), "twice", CURSED_EXPERIMENT)}run_name: again\nstatus: 1\n`;
  await write(root, `${CURSED_EXPERIMENT}/${idOf("twice")}/meta.yaml`, twice);
}

async function writeHostileRun(root: string): Promise<void> {
  const files: Record<string, string | Buffer> = {
    "tags/mlflow.runName": ATTACK,
    "tags/mlflow.user": ATTACK,
    "tags/mlflow.note.content": `${ARTIFACTS["attack.md"]}\n${"note ".repeat(900)}`,
    "tags/mlflow.source.name": "javascript:window.hacked=1",
    "tags/mlflow.source.git.commit": ATTACK,
    "tags/mlflow.source.git.repoURL": "javascript:window.hacked=1//",
    "tags/mlflow.log-model.history": "{not json",
    "tags/mlflow.loggedArtifacts": '[{"path": "../../x", "type": "table"}]',
    "tags/long": "t".repeat(5_000),
    "tags/__proto__": ATTACK,
    "tags/constructor": "toString",
    [`tags/${RTL}`]: RTL,
    "params/__proto__": ATTACK,
    "params/hasOwnProperty": "1",
    [`params/${EMOJI.slice(0, 30)}`]: EMOJI,
    [`params/${LONG}`]: LONG,
    "params/a/b/c/d/e/f/g/h": "deep",
    "metrics/__proto__": points([1, 2]),
    "metrics/a b/c#d%20e": points([1, 2, 3]),
    [`metrics/${LONG.slice(0, 200)}`]: points([2, 1]),
    "metrics/only": points([7]),
    [`inputs/${idOf("set")}/meta.yaml`]: `destination_id: ${CURSED_RUN}\ndestination_type: RUN\nsource_id: ${idOf("set")}\nsource_type: DATASET\ntags:\n  mlflow.data.context: ${JSON.stringify(ATTACK)}\n`,
    ...Object.fromEntries(
      Object.entries(ARTIFACTS).map(([path, text]) => [`artifacts/${path}`, text]),
    ),
  };
  await writeRun(root, "hostile", files, "FAILED", ATTACK);
  const artifacts = join(root, CURSED_EXPERIMENT, CURSED_RUN, "artifacts");
  await symlink("/etc/hostname", join(artifacts, "out-of-the-tree.txt"));
  await symlink("..", join(artifacts, "circle"));
  await write(
    root,
    `${CURSED_EXPERIMENT}/datasets/${idOf("set")}/meta.yaml`,
    `digest: ${JSON.stringify(ATTACK)}\nname: ${JSON.stringify(ATTACK)}\nprofile: 'no json'\nschema: '{"mlflow_colspec": 7}'\nsource: '{'\nsource_type: ${JSON.stringify(RTL)}\n`,
  );
}

async function writeRun(
  root: string,
  name: string,
  files: Readonly<Record<string, string | Buffer>>,
  status: "FINISHED" | "FAILED" | "RUNNING" = "FINISHED",
  shown: string = name,
): Promise<void> {
  const runId = idOf(name);
  const run = `${CURSED_EXPERIMENT}/${runId}`;
  const code = { RUNNING: "1", FINISHED: "3", FAILED: "4" }[status];
  const meta = runMeta(runId, JSON.stringify(shown), CURSED_EXPERIMENT)
    .replace("status: 3", `status: ${code}`)
    .replace("user_id: ada", `user_id: ${JSON.stringify(shown)}`)
    .replace(/end_time: \d+/, status === "RUNNING" ? "end_time: null" : "$&");
  await write(root, `${run}/meta.yaml`, meta);
  await write(root, `${run}/tags/mlflow.runName`, shown);
  for (const [path, content] of Object.entries(files)) await write(root, `${run}/${path}`, content);
}

/** A registered model, a logged model and traces, all of them hostile. */
async function writeEntities(root: string): Promise<void> {
  const client = new MlrunsClient(root);
  const name = `model <b onclick=hacked=1>${RTL} ${EMOJI.slice(0, 8)}`;
  await client.createRegisteredModel(name, {
    description: ATTACK,
    tags: { constructor: ATTACK },
  });
  const model = await client.createLoggedModel(CURSED_EXPERIMENT, {
    name: "cursed model",
    sourceRunId: CURSED_RUN,
    modelType: ATTACK,
    params: { "a b": ATTACK },
    tags: { note: ATTACK },
  });
  await client.createModelVersion(name, `models:/${model.modelId}`, {
    runId: CURSED_RUN,
    description: ATTACK,
    runLink: "javascript:window.hacked=1",
    tags: { note: ATTACK },
  });
  await client.createModelVersion(name, "javascript:window.hacked=1", { runId: MISSING_RUN });
  await writeTrace(root);
}

const SPANS = ["root", ...Array.from({ length: 40 }, (_, i) => `${i % 2 ? LONG : RTL} ${i}`)];

/** A trace forty spans deep, whose last span never ended and whose first ends before it starts. */
async function writeTrace(root: string): Promise<void> {
  const traceId = `tr-${idOf("trace")}`;
  const trace = `${CURSED_EXPERIMENT}/traces/${traceId}`;
  await write(
    root,
    `${trace}/trace_info.yaml`,
    `execution_duration_ms: null
request_preview: ${JSON.stringify(ATTACK)}
response_preview: ${JSON.stringify(EMOJI)}
request_time: '2023-11-14T22:13:20.000Z'
state: IN_PROGRESS
trace_id: ${traceId}
trace_location: {mlflow_experiment: {experiment_id: '${CURSED_EXPERIMENT}'}, type: MLFLOW_EXPERIMENT}
`,
  );
  await write(root, `${trace}/tags/mlflow.traceName`, ATTACK);
  await write(root, `${trace}/tags/mlflow.artifactLocation`, `mlruns/${trace}/artifacts`);
  await write(root, `${trace}/request_metadata/mlflow.sourceRun`, CURSED_RUN);
  const spanId = (name: string): string =>
    Buffer.from(idOf(name).slice(0, 16), "hex").toString("base64");
  const spans = SPANS.map((name, i) => ({
    trace_id: Buffer.from(idOf("trace"), "hex").toString("base64"),
    span_id: spanId(name),
    parent_span_id: i === 0 ? null : spanId(SPANS[i - 1] ?? ""),
    name: i === 0 ? ATTACK : name,
    start_time_unix_nano: START * 1e6 + i,
    end_time_unix_nano: i === SPANS.length - 1 ? 0 : START * 1e6 - i * 1e6,
    events: [{ name: ATTACK, time_unix_nano: 0, attributes: { x: ATTACK } }],
    status: { code: "STATUS_CODE_ERROR", message: ATTACK },
    attributes: {
      "mlflow.traceRequestId": JSON.stringify(traceId),
      "mlflow.spanType": JSON.stringify(ATTACK),
      "mlflow.spanInputs": JSON.stringify({ [ATTACK]: ATTACK, deep: JSON.parse(nested(60)) }),
      "mlflow.spanOutputs": "{not json",
    },
    links: [],
  }));
  await write(root, `${trace}/artifacts/traces.json`, JSON.stringify({ spans }));
}
