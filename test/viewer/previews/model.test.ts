import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseYamlMap } from "../../../lib/format/yaml.ts";
import {
  condaRequirements,
  parseRequirements,
  readModelCard,
} from "../../../viewer/previews/mlmodel.ts";
import { parseNotebook } from "../../../viewer/previews/notebook.ts";
import { fixturesTrees } from "../../helpers/paths.ts";

const MODEL = join(
  fixturesTrees,
  "v3-sklearn/mlruns/493946087685558398/models/m-b664ec76dcc64b4b8f603cfbf0a93879/artifacts",
);

test("the MLmodel file that MLflow wrote becomes a card", async () => {
  const card = readModelCard(
    parseYamlMap(await readFile(join(MODEL, "MLmodel"), "utf8"), "MLmodel"),
  );

  expect(card.inputs).toEqual([{ name: "0", type: "float64 (-1, 2)", isRequired: true }]);
  expect(card.outputs).toEqual([{ name: "0", type: "int64 (-1)", isRequired: true }]);
  expect(card.flavors.map((flavor) => flavor.name)).toEqual(["python_function", "sklearn"]);
  expect(Object.fromEntries(card.facts)).toMatchObject({
    model_id: "m-b664ec76dcc64b4b8f603cfbf0a93879",
    mlflow_version: "3.17.2",
  });
});

test("what the model needs reads the same from requirements.txt and conda.yaml", async () => {
  const text = await readFile(join(MODEL, "requirements.txt"), "utf8");
  const conda = parseYamlMap(await readFile(join(MODEL, "conda.yaml"), "utf8"), "conda.yaml");

  const packages = parseRequirements(text);
  expect(packages.find(({ name }) => name === "mlflow")).toEqual({
    name: "mlflow",
    version: "==3.17.2",
  });
  expect(condaRequirements(conda)).toEqual(expect.arrayContaining(packages));
  expect(condaRequirements(conda)[0]?.name).toBe("python");
});

test.each([
  ["numpy>=1.26,<3", { name: "numpy", version: ">=1.26,<3" }],
  ["torch[cuda] == 2.5.1 ; python_version > '3.8'", { name: "torch[cuda]", version: "== 2.5.1" }],
  ["git+https://host/x/y@main", { name: "git+https://host/x/y@main", version: "" }],
  ["pandas  # for tables", { name: "pandas", version: "" }],
])("the requirement %s is read", (line, requirement) => {
  expect(parseRequirements(`# comment\n--index-url https://x\n\n${line}\n`)).toEqual([requirement]);
});

test("signatures of columns, nested types and params are written out", () => {
  const card = readModelCard({
    signature: {
      inputs: JSON.stringify([
        { type: "double", name: "age" },
        { type: "array", items: { type: "string" }, name: "tags", required: false },
        { type: "object", properties: { a: { type: "long" } }, name: "o" },
      ]),
      outputs: "not json",
      params: JSON.stringify([{ name: "temperature", dtype: "float", default: 0.5 }]),
    },
  });

  expect(card.inputs).toEqual([
    { name: "age", type: "double", isRequired: true },
    { name: "tags", type: "string[]", isRequired: false },
    { name: "o", type: "{a: long}", isRequired: true },
  ]);
  expect(card.outputs).toEqual([]);
  expect(card.params).toEqual([
    { name: "temperature", type: "float, default 0.5", isRequired: false },
  ]);
});

test("a notebook gives text, pictures and errors; its HTML is only mentioned", () => {
  const cells = parseNotebook(
    JSON.stringify({
      cells: [
        { cell_type: "markdown", source: ["# A\n", "b"] },
        {
          cell_type: "code",
          execution_count: 3,
          source: "1/0",
          outputs: [
            { output_type: "stream", name: "stderr", text: ["warn\n"] },
            {
              output_type: "display_data",
              data: { "text/html": "<script>1</script>", "text/plain": "x" },
            },
            { output_type: "display_data", data: { "image/png": "aGk=\n", "text/plain": "y" } },
            { output_type: "error", traceback: ["\u001b[31mZeroDivisionError\u001b[0m"] },
          ],
        },
      ],
    }),
  );

  expect(cells).toEqual([
    { kind: "markdown", source: "# A\nb", count: null, outputs: [] },
    {
      kind: "code",
      source: "1/0",
      count: 3,
      outputs: [
        { kind: "text", text: "warn\n", isError: true },
        { kind: "html" },
        { kind: "text", text: "x", isError: false },
        { kind: "image", url: "data:image/png;base64,aGk=" },
        { kind: "text", text: "ZeroDivisionError", isError: true },
      ],
    },
  ]);
  expect(() => parseNotebook("{}")).toThrow("it has no cells");
});
