/** How the REST API is served. */
export interface ApiOptions {
  /** Version that `GET /version` tells. MLflow's clients send spans over OTLP to a server of 3.4 or later. */
  readonly version?: string;
  /**
   * Where new experiments keep their artifacts, such as `s3://bucket/path`: each below its id. In the tree by default.
   * Clients are told and go there themselves, unless `proxyArtifactsRoot`.
   */
  readonly artifactsRoot?: string;
  /** Clients reach what is below `artifactsRoot` through this server, as what is in the tree. */
  readonly proxyArtifactsRoot?: boolean;
  /** Clients reach artifacts of the tree through this server. True by default; else they are told paths of this machine. */
  readonly serveArtifacts?: boolean;
  /** Folder for proxied artifacts that belong to no run, model or trace. `mlartifacts` beside the tree by default. */
  readonly artifactsDestination?: string;
  /** Serves the artifact proxy and nothing else. */
  readonly artifactsOnly?: boolean;
  /** Refuses what would change the tree. */
  readonly readOnly?: boolean;
}
