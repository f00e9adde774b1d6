import { join, sep } from "node:path";
import { MLFLOW_TAG, PROMPT_TAG } from "../../entities/tag.ts";
import { MlrunsError } from "../../errors.ts";
import { parseYamlMap, printYaml } from "../../format/yaml.ts";
import { setYamlText } from "../../format/yaml-key.ts";
import { isYamlMap } from "../../format/yaml-value.ts";
import { localPath } from "../../store/artifact-location.ts";
import type { Store } from "../../store/store.ts";
import { META_FILE } from "../../tree/layout.ts";
import { readText } from "../../tree/read.ts";
import { hasArtifacts, keepsArtifacts, type Owner } from "../owners.ts";
import { Tails } from "../tails.ts";

/** How a tree's ids and locations are called in the tree that it is merged into. */
export interface Names {
  /** The first segment of relative locations there. */
  readonly root: string;
  /** Ids of experiments that differ. */
  readonly experiments: ReadonlyMap<string, string>;
  /** Versions whose number differs: `NAME/N` to the number. */
  readonly versions: ReadonlyMap<string, string>;
}

/**
 * Gives the files of a tree the form that they have in the tree that it is merged into: with its ids of experiments, and with
 * locations relative to it. With no names that differ, it is the form in which two trees can be compared.
 */
export class Translator {
  readonly #store: Store;
  readonly #names: Names;
  readonly #tails: Tails;
  /** Those whose artifacts lie in a folder that was chosen: they come into the tree. */
  readonly #outside: readonly Owner[];

  constructor(store: Store, owners: readonly Owner[], names: Names) {
    this.#store = store;
    this.#names = names;
    this.#tails = new Tails(owners);
    this.#outside = owners.filter(
      (owner) => owner.artifacts.kind === "folder" && !keepsArtifacts(owner),
    );
  }

  experimentId(id: string): string {
    return this.#names.experiments.get(id) ?? id;
  }

  /** The location of something in the tree; `tail` as in `Owner`. */
  location(tail: string): string {
    const [experimentId = "", ...rest] = tail.split("/");
    return [this.#names.root, this.experimentId(experimentId), ...rest].join("/");
  }

  /** A URI of the source as it is to be in the target. What names no place in the source stays. */
  uri(uri: string): string {
    const version = /^models:\/([^/]+\/\d+)$/.exec(uri)?.[1];
    if (version !== undefined) {
      const number = this.#names.versions.get(version);
      return number === undefined ? uri : `models:/${version.replace(/\d+$/, number)}`;
    }
    const tail = this.#tails.find(uri) ?? this.#findOutside(uri);
    return tail === undefined ? uri : this.location(tail);
  }

  /** The text of a file of an owner, where it is another than the bytes of the file. */
  text(owner: Owner, path: string, file: string): string | undefined {
    try {
      if (path === META_FILE) return this.#meta(owner, readText(file));
      if (path === "trace_info.yaml") return this.#traceInfo(readText(file));
      if (owner.kind === "trace" && path === `tags/${MLFLOW_TAG.artifactLocation}`)
        return this.#own(owner, readText(file));
      if (owner.kind === "model" && path === `tags/${MLFLOW_TAG.modelVersions}`)
        return this.#versionsTag(readText(file));
      if (/^artifacts\/(.*\/)?MLmodel$/.test(path)) return this.#modelFile(readText(file));
    } catch (error) {
      // What cannot be read is carried as it is.
      if (!(error instanceof MlrunsError)) throw error;
    }
    return undefined;
  }

  /** The tag of a prompt that lists its experiments, as `,0,12,`. */
  registryTag(key: string, value: string): string {
    if (key !== PROMPT_TAG.experimentIds) return value;
    return value
      .split(",")
      .map((id) => this.experimentId(id))
      .join(",");
  }

  #meta(owner: Owner, text: string): string {
    const key = owner.kind === "run" ? "artifact_uri" : "artifact_location";
    const uri = parseYamlMap(text, META_FILE)[key];
    const id = this.experimentId(owner.experimentId);
    const moved = setYamlText(text, META_FILE, "experiment_id", id);
    return setYamlText(moved, META_FILE, key, this.#own(owner, typeof uri === "string" ? uri : ""));
  }

  #own(owner: Owner, uri: string): string {
    const isElsewhere = /^mlflow-artifacts:/i.test(uri) && !hasArtifacts(owner);
    if (owner.artifacts.kind === "remote" || isElsewhere) return uri;
    return this.location(owner.tail);
  }

  #traceInfo(text: string): string {
    const map = parseYamlMap(text, "trace_info.yaml");
    if (typeof map.experiment_id === "string") {
      const id = this.experimentId(map.experiment_id);
      return setYamlText(text, "trace_info.yaml", "experiment_id", id);
    }
    const location = map.trace_location;
    const experiment = isYamlMap(location) ? location.mlflow_experiment : undefined;
    if (!isYamlMap(location) || !isYamlMap(experiment)) return text;
    const id = this.experimentId(String(experiment.experiment_id));
    const moved = { ...experiment, experiment_id: id };
    return printYaml({ ...map, trace_location: { ...location, mlflow_experiment: moved } });
  }

  #modelFile(text: string): string | undefined {
    const path = parseYamlMap(text, "MLmodel").artifact_path;
    if (typeof path !== "string") return undefined;
    const moved = this.uri(path);
    return moved === path ? undefined : setYamlText(text, "MLmodel", "artifact_path", moved);
  }

  /** The versions that were made of a logged model, as JSON. */
  #versionsTag(text: string): string | undefined {
    if (this.#names.versions.size === 0) return undefined;
    const changed = text.replace(
      /("name": "((?:[^"\\]|\\.)*)", "version": )(\d+)/g,
      (whole, start: string, name: string, number: string) => {
        const renumbered = this.#names.versions.get(`${JSON.parse(`"${name}"`)}/${number}`);
        return renumbered === undefined ? whole : `${start}${renumbered}`;
      },
    );
    return changed === text ? undefined : changed;
  }

  #findOutside(uri: string): string | undefined {
    if (this.#outside.length === 0) return undefined;
    const path = localPath(this.#store, uri);
    for (const { artifacts, tail } of this.#outside) {
      if (path === undefined || artifacts.kind !== "folder") continue;
      if (!join(path, sep).startsWith(join(artifacts.folder, sep))) continue;
      const rest = path.slice(artifacts.folder.length).split(sep).filter(Boolean);
      return [tail, ...rest.map((part) => part.replaceAll("%", "%25"))].join("/");
    }
    return undefined;
  }
}
