/** Imported before everything else: the first request for data leaves while the rest of the code is still being set up. */

import { askForRuns } from "./state/first-runs.ts";

askForRuns(location.hash);
