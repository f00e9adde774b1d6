import { isYamlMap, type YamlMap, type YamlValue } from "../../lib/format/yaml-value.ts";
import type { TreeValue } from "./value-tree.ts";

/** One column or tensor of a model's signature. */
export interface SignatureField {
  readonly name: string;
  /** Such as `double`, `float32 (-1, 28, 28)` or `{a: string}`. */
  readonly type: string;
  readonly isRequired: boolean;
}

/** What a model's card tells, from its `MLmodel` file. */
export interface ModelCard {
  readonly flavors: readonly {
    readonly name: string;
    readonly facts: readonly (readonly [string, string])[];
  }[];
  readonly inputs: readonly SignatureField[];
  readonly outputs: readonly SignatureField[];
  readonly params: readonly SignatureField[];
  /** Small facts of the model itself, in the order of the file. */
  readonly facts: readonly (readonly [string, string])[];
}

const SIGNATURE = "signature";
const FLAVORS = "flavors";

/** @see MLflow 3.17 `mlflow.models.Model.to_dict` and `ModelSignature.to_dict`, whose values are JSON text */
export function readModelCard(file: YamlMap): ModelCard {
  const signature = isYamlMap(file[SIGNATURE]) ? file[SIGNATURE] : undefined;
  const flavors = isYamlMap(file[FLAVORS]) ? file[FLAVORS] : undefined;
  return {
    flavors: Object.entries(flavors ?? {}).map(([name, value]) => ({
      name,
      facts: isYamlMap(value) ? scalarFacts(value) : [],
    })),
    inputs: fieldsOf(signature?.inputs),
    outputs: fieldsOf(signature?.outputs),
    params: fieldsOf(signature?.params),
    facts: scalarFacts(file),
  };
}

function scalarFacts(map: YamlMap): (readonly [string, string])[] {
  return Object.entries(map).flatMap(([key, value]) =>
    value === null || typeof value === "object" || value === ""
      ? []
      : [[key, String(value)] as const],
  );
}

/** A signature is JSON text; one that cannot be read is shown as no signature. */
function fieldsOf(json: YamlValue | undefined): SignatureField[] {
  if (typeof json !== "string") return [];
  try {
    const fields: unknown = JSON.parse(json);
    return Array.isArray(fields) ? fields.map(fieldOf) : [];
  } catch {
    return [];
  }
}

function fieldOf(field: Record<string, TreeValue>, index: number): SignatureField {
  const optional =
    field.required === false || field.optional === true || field.default !== undefined;
  return {
    name: typeof field.name === "string" ? field.name : String(index),
    type: typeOf(field),
    isRequired: !optional,
  };
}

function typeOf(field: Record<string, TreeValue>): string {
  const spec = field["tensor-spec"];
  if (isRecord(spec)) {
    const shape = Array.isArray(spec.shape) ? ` (${spec.shape.join(", ")})` : "";
    return `${String(spec.dtype)}${shape}`;
  }
  const type = String(field.type ?? field.dtype ?? "");
  if (type === "array" && isRecord(field.items)) return `${typeOf(field.items)}[]`;
  if (type === "object" && isRecord(field.properties)) {
    const inner = Object.entries(field.properties).map(
      ([name, value]) => `${name}: ${isRecord(value) ? typeOf(value) : ""}`,
    );
    return `{${inner.join(", ")}}`;
  }
  const shown = field.default === undefined ? "" : `, default ${JSON.stringify(field.default)}`;
  return `${type}${shown}`;
}

function isRecord(value: TreeValue | undefined): value is Record<string, TreeValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A package that a model needs. */
export interface Requirement {
  readonly name: string;
  /** Such as `==2.5.1`; empty when any will do. */
  readonly version: string;
}

/** Lines of a requirements file, without comments and options. */
export function parseRequirements(text: string): Requirement[] {
  return text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("-"))
    .map((line) => {
      const [, name = line, version = ""] =
        /^([\w.-]+(?:\[[\w, .-]*\])?)\s*([=<>!~][^;@]*)?/.exec(line) ?? [];
      return line.includes("://") ? { name: line, version: "" } : { name, version: version.trim() };
    });
}

/** Packages of a conda environment, those from pip after its own. */
export function condaRequirements(file: YamlMap): Requirement[] {
  const listed = Array.isArray(file.dependencies)
    ? (file.dependencies as readonly YamlValue[])
    : [];
  const own = listed.filter((item) => typeof item === "string").map(condaRequirement);
  const pip = listed.filter(isYamlMap).flatMap((item) => item.pip ?? []);
  return [...own, ...pip.flatMap((line) => parseRequirements(String(line)))];
}

function condaRequirement(text: YamlValue): Requirement {
  const [, name = "", version = ""] = /^([\w.-]+)\s*(.*)$/.exec(String(text)) ?? [];
  return { name, version: version.replace(/^=(?!=)/, "==") };
}
