import type { Endpoint } from "../endpoint.ts";
import { artifactEndpoints } from "./artifacts.ts";
import { assessmentEndpoints } from "./assessments.ts";
import { directArtifactEndpoints } from "./direct-artifacts.ts";
import { experimentEndpoints } from "./experiments.ts";
import { graphqlEndpoints } from "./graphql.ts";
import { inputEndpoints } from "./inputs.ts";
import { loggedModelEndpoints } from "./logged-models.ts";
import { metricEndpoints } from "./metrics.ts";
import { modelVersionEndpoints } from "./model-versions.ts";
import { otlpEndpoints } from "./otlp.ts";
import { promptlabEndpoints } from "./promptlab.ts";
import { registeredModelEndpoints } from "./registered-models.ts";
import { runEndpoints } from "./runs.ts";
import { serverEndpoints } from "./server.ts";
import { traceAnalysisEndpoints } from "./trace-analysis.ts";
import { traceEndpoints } from "./traces.ts";
import { traceV2Endpoints } from "./traces-v2.ts";
import { unsupportedEndpoints } from "./unsupported.ts";
import { viewerEndpoints } from "./viewer.ts";

const REST: readonly Endpoint[] = [
  ...serverEndpoints,
  ...experimentEndpoints,
  ...runEndpoints,
  ...metricEndpoints,
  ...inputEndpoints,
  ...artifactEndpoints,
  ...directArtifactEndpoints,
  ...loggedModelEndpoints,
  ...registeredModelEndpoints,
  ...modelVersionEndpoints,
  ...traceAnalysisEndpoints,
  ...traceEndpoints,
  ...traceV2Endpoints,
  ...assessmentEndpoints,
  ...otlpEndpoints,
  ...viewerEndpoints,
  ...promptlabEndpoints,
  ...unsupportedEndpoints,
];

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [...REST, ...graphqlEndpoints(REST)];
