/** MLflow's limits. Lengths count characters (code points), as Python's `len` does. */
export const LIMITS = {
  /** Keys of metrics, params and tags. */
  keyLength: 250,
  paramValueLength: 6_000,
  tagValueLength: 8_000,
  experimentNameLength: 500,
  experimentTagValueLength: 20_000,
  artifactLocationLength: 2_048,
  registryTagValueLength: 100_000,
  aliasLength: 255,
  /** Of what MLflow tells of a trace: longer values are cut, in requests as in answers. */
  traceTagValueLength: 4_096,
  traceMetadataLength: 250,
  metricsPerBatch: 1_000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  entitiesPerBatch: 1_000,
  datasetNameLength: 500,
  datasetDigestLength: 36,
  datasetSourceLength: 65_535,
  datasetSchemaLength: 1_048_575,
  datasetProfileLength: 16_777_215,
  inputTagKeyLength: 255,
  inputTagValueLength: 500,
} as const;
