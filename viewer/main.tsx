import "./tokens.css";
import "./base.css";

import { render } from "preact";
import { App } from "./components/App.tsx";
import { endFirstTable } from "./components/first-table.ts";
import { goToStart } from "./data/embedded.ts";
import { startLive } from "./data/live.ts";
import { startExperiments } from "./state/experiments.ts";
import { firstRunsOrSoon, readFirstRuns } from "./state/first-runs.ts";
import { applyTheme } from "./state/preferences.ts";
import { readEmptyPage } from "./state/room.ts";
import { startRouting } from "./state/route.ts";

readFirstRuns(location.hash);
readEmptyPage(document.querySelector(".app-main"));
applyTheme();
goToStart();
void start();

async function start(): Promise<void> {
  void startLive();
  startExperiments();
  await startRouting();
  await firstRunsOrSoon();
  endFirstTable();
  render(<App />, document.getElementById("app") as HTMLElement);
}
