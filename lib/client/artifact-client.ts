import type {
  ArtifactFile,
  ArtifactRepository,
  ByteRange,
} from "../artifacts/artifact-repository.ts";
import { openArtifacts } from "../artifacts/registry.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { ArtifactPlace } from "../entities/file-info.ts";
import type { RunInfo } from "../entities/run.ts";
import {
  artifactPlaceOfExperiment,
  artifactPlaceOfRun,
  isMovedAway,
} from "../store/artifact-location.ts";
import { readRunMeta } from "../store/read-run.ts";
import { findRun } from "../store/runs.ts";
import { RunClient } from "./run-client.ts";

export type { ArtifactFile, ArtifactRepository, ByteRange };

/** Where the artifacts of a tree are. */
export class ArtifactClient extends RunClient {
  /** Where a run's artifacts are read from: a folder of this machine, or the URI of another store. */
  async findArtifactPlace(runId: string): Promise<ArtifactPlace> {
    const place = findRun(this.store, runId);
    return artifactPlaceOfRun(this.store, place, readRunMeta(this.store, place).artifactUri);
  }

  /** As `findArtifactPlace`, for a run that was just read. */
  artifactPlaceOf({ runId, artifactUri }: RunInfo): ArtifactPlace {
    return artifactPlaceOfRun(this.store, findRun(this.store, runId), artifactUri);
  }

  /** Where runs of an experiment keep their artifacts. */
  artifactPlaceOfExperiment({ experimentId, artifactLocation }: Experiment): ArtifactPlace {
    return artifactPlaceOfExperiment(this.store, experimentId, artifactLocation);
  }

  /** Whether an experiment still records where the tree lay before it was moved; `mlruns relocate` brings that up to date. */
  isMovedAway({ experimentId, artifactLocation }: Experiment): boolean {
    return isMovedAway(this.store, experimentId, artifactLocation);
  }

  /** Opens artifacts where `findArtifactPlace` or the like has found them. */
  async openArtifacts(place: ArtifactPlace): Promise<ArtifactRepository> {
    const { followLinks = true, endpoints } = this.options;
    return openArtifacts(place, { followLinks, endpoints });
  }

  override async openRunArtifacts(runId: string): Promise<ArtifactRepository> {
    return this.openArtifacts(await this.findArtifactPlace(runId));
  }
}
