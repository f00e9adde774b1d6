import "./tokens.css";
import "./base.css";

import { render } from "preact";
import { App } from "./components/App.tsx";
import { getRuns } from "./data/client.ts";
import { goToStart } from "./data/embedded.ts";
import { startLive } from "./data/live.ts";
import { startExperiments } from "./state/experiments.ts";
import { applyTheme } from "./state/preferences.ts";
import { route, startRouting } from "./state/route.ts";

applyTheme();
goToStart();
void startRouting().then(start);

function start(): void {
  // The runs of the first page start together with the manifest; the page joins this request.
  const [page, ids] = route.value.path;
  if (page === "experiments" && ids !== undefined && ids !== "all") {
    void getRuns(ids.split(",")).catch(() => undefined);
  }
  void startLive();
  startExperiments();
  render(<App />, document.getElementById("app") as HTMLElement);
}
