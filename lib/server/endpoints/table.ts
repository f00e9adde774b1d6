import type { Endpoint } from "../endpoint.ts";
import { artifactEndpoints } from "./artifacts.ts";
import { experimentEndpoints } from "./experiments.ts";
import { inputEndpoints } from "./inputs.ts";
import { metricEndpoints } from "./metrics.ts";
import { runEndpoints } from "./runs.ts";
import { serverEndpoints } from "./server.ts";

/** Every endpoint of the REST API. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...serverEndpoints,
  ...experimentEndpoints,
  ...runEndpoints,
  ...metricEndpoints,
  ...inputEndpoints,
  ...artifactEndpoints,
];
