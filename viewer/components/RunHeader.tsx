import type { JSX } from "preact";
import { RUN_STATUSES } from "../../lib/entities/run.ts";
import { MLFLOW_TAG } from "../../lib/entities/tag.ts";
import type { TreeProblem } from "../../lib/errors.ts";
import type { RunFile, RunLink } from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { canEdit, restoreRun } from "../data/edits.ts";
import { manifest } from "../data/live.ts";
import {
  formatAgo,
  formatDuration,
  formatTime,
  formatTimeFull,
  plural,
  shortId,
} from "../format.ts";
import { commitUrl, runNameOf, sinceLastWrite, sourceName } from "../run/facts.ts";
import { compareHref, type RunTab, runHref, runsHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { rootOf } from "../state/roots.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Button, LinkButton } from "./Button.tsx";
import { Fact, Facts } from "./Facts.tsx";
import { RootLabel } from "./RootLabel.tsx";
import { RunEdits } from "./RunEdits.tsx";
import { RunMark } from "./RunMark.tsx";
import { RunNeighbours } from "./RunNeighbours.tsx";
import { statusName } from "./run-mark.ts";
import { copyText } from "./Toast.tsx";
import { useEdit } from "./use-edit.ts";

/** Who the run is and how it went. Only the overview has the room for all of it. */
export function RunHeader({ run, tab }: { run: RunFile; tab: RunTab }): JSX.Element {
  const { info } = run;
  const runId = plainId(info.runId);
  return (
    <>
      <header class="page-head">
        <RootLabel root={run.root} />
        <span class="page-crumb">
          <a href={runsHref(info.experimentId)}>{run.experimentName}</a>/
        </span>
        <RunMark runId={info.runId} status={RUN_STATUSES.indexOf(info.status)} />
        <h1 title={runNameOf(info)}>{runNameOf(info)}</h1>
        <span class="mono faint run-head-wide" title={runId}>
          {shortId(runId)}
        </span>
        <Button
          kind="quiet"
          icon="copy"
          small
          class="run-head-wide"
          label={RUN_TEXTS.copyId}
          onClick={() => void copyText(runId)}
        />
        <span class="spacer" />
        <RunNeighbours runId={info.runId} tab={tab} />
        <LinkButton class="run-head-wide" href={compareHref([info.runId], [info.experimentId])}>
          {RUN_TEXTS.compareWith}
        </LinkButton>
        {canEdit() && info.lifecycleStage === "active" && <RunEdits run={run} />}
      </header>
      {tab === "overview" && <RunFacts run={run} />}
      <Banners run={run} />
    </>
  );
}

function RunFacts({ run }: { run: RunFile }): JSX.Element {
  const now = useNow();
  const { info, tags } = run;
  const status = RUN_STATUSES.indexOf(info.status);
  const alive = sinceLastWrite(run, now);
  const source = sourceName(tags);
  const commit = tags[MLFLOW_TAG.gitCommit];
  const folder = `${plainId(info.experimentId)}/${plainId(info.runId)}`;
  const ownRoot = manifest.value?.roots[run.root];
  const root = manifest.value?.mode === "live" ? ownRoot?.label : undefined;
  return (
    <Facts>
      <Fact name={RUN_TEXTS.state}>
        {capitalized(statusName(status))}
        {alive !== null && !alive.isProbablyDead && (
          <span class="faint"> {RUN_TEXTS.lastWrite(formatAgo(alive.at, now))}</span>
        )}
      </Fact>
      <Fact name={RUN_TEXTS.started}>
        <span title={formatTimeFull(info.startTime)}>{formatTime(info.startTime)}</span>
      </Fact>
      <Fact name={info.endTime === null ? RUN_TEXTS.runningFor : RUN_TEXTS.took}>
        {info.endTime === null && alive === null
          ? RUN_TEXTS.none
          : formatDuration((info.endTime ?? now) - info.startTime)}
      </Fact>
      {run.parent !== null && (
        <Fact name={RUN_TEXTS.parent}>
          <RunAnchor run={run.parent} />
        </Fact>
      )}
      {info.userId !== "" && <Fact name={RUN_TEXTS.user}>{info.userId}</Fact>}
      {source !== undefined && (
        <Fact name={RUN_TEXTS.source}>
          <span title={tags[MLFLOW_TAG.sourceName]}>{source}</span>
        </Fact>
      )}
      {commit !== undefined && (
        <Fact name={RUN_TEXTS.commit}>
          <Commit commit={commit} tags={tags} />
        </Fact>
      )}
      {run.inputs.datasetInputs.length > 0 && (
        <Fact name={RUN_TEXTS.dataset}>
          {run.inputs.datasetInputs[0]?.dataset.name}{" "}
          <span class="mono faint">{run.inputs.datasetInputs[0]?.dataset.digest}</span>
          {run.inputs.datasetInputs.length > 1 && ` +${run.inputs.datasetInputs.length - 1}`}
        </Fact>
      )}
      {ownRoot !== undefined && ownRoot.key !== "" && (
        <Fact name={RUN_TEXTS.root}>
          <span title={ownRoot.label}>{ownRoot.key}</span>
        </Fact>
      )}
      <Fact name={RUN_TEXTS.folder}>
        <button
          type="button"
          class="link mono run-folder"
          title={`${root === undefined ? "" : `${root}/`}${folder}`}
          onClick={() => void copyText(root === undefined ? folder : `${root}/${folder}`)}
        >
          {plainId(info.experimentId)}/{shortId(info.runId)}…
        </button>
      </Fact>
    </Facts>
  );
}

function Commit({ commit, tags }: { commit: string; tags: RunFile["tags"] }): JSX.Element {
  const url = commitUrl(tags);
  const short = commit.slice(0, 7);
  return (
    <>
      {url === undefined ? (
        <span class="mono" title={commit}>
          {short}
        </span>
      ) : (
        <a class="link mono" href={url} target="_blank" rel="noopener noreferrer" title={commit}>
          {short}
        </a>
      )}{" "}
      <span class="faint">{tags[MLFLOW_TAG.gitBranch]}</span>
    </>
  );
}

function Banners({ run }: { run: RunFile }): JSX.Element {
  const now = useNow();
  const alive = sinceLastWrite(run, now);
  const edit = useEdit();
  return (
    <>
      {run.info.lifecycleStage === "deleted" && (
        <p class="run-banner" role="status">
          {RUN_TEXTS.deleted}{" "}
          {canEdit() ? (
            <Button
              small
              icon="restore"
              disabled={edit.isBusy}
              onClick={() => void edit.carryOut(() => restoreRun(run.info.runId))}
            >
              {RUNS_TEXTS.restore}
            </Button>
          ) : (
            <>
              <span>{RUN_TEXTS.restoreWith}</span>
              <code class="mono">mlruns restore run {plainId(run.info.runId)}</code>
            </>
          )}
          {edit.failure !== null && <span role="alert">{edit.failure}</span>}
        </p>
      )}
      {alive?.isProbablyDead === true && (
        <p class="run-banner" role="status">
          {RUN_TEXTS.probablyDead} <span>{RUN_TEXTS.lastWrite(formatAgo(alive.at, now))}</span>
        </p>
      )}
      {run.copies !== undefined && <CopiesNote run={run} copies={run.copies} />}
      {run.warnings.length > 0 && <Warnings warnings={run.warnings} />}
    </>
  );
}

/** The run is in other roots, too. */
function CopiesNote(props: { run: RunFile; copies: readonly RunLink[] }): JSX.Element {
  const { info } = props.run;
  const all = [info, ...props.copies];
  return (
    <p class="run-banner" role="status">
      {RUN_TEXTS.copies}{" "}
      {props.copies.map((copy, i) => (
        <span key={copy.runId}>
          {i > 0 && ", "}
          <a class="link" href={runHref(copy.experimentId, copy.runId)}>
            {rootOf(copy.experimentId)}
          </a>
        </span>
      ))}
      .{" "}
      <a
        class="link"
        href={compareHref(
          all.map(({ runId }) => runId),
          all.map(({ experimentId }) => experimentId),
        )}
      >
        {RUN_TEXTS.compareCopies}
      </a>
    </p>
  );
}

function Warnings({ warnings }: { warnings: readonly TreeProblem[] }): JSX.Element {
  return (
    <details class="run-banner" open={warnings.length < 4}>
      <summary>{RUN_TEXTS.warnings(plural(warnings.length, "file"))}</summary>
      <ul>
        {warnings.map((warning) => (
          <li key={`${warning.path}:${warning.line}`}>
            <span class="mono">
              {warning.path}
              {warning.line !== undefined && `, line ${warning.line}`}
            </span>
            : {warning.message}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A link to another run by its name. */
export function RunAnchor({ run }: { run: RunLink }): JSX.Element {
  return (
    <a class="link" href={runHref(run.experimentId, run.runId)}>
      {runNameOf(run)}
    </a>
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
