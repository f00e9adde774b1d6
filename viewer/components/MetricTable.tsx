import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import {
  decodeNumber,
  type JsonNumber,
  type MetricEntry,
  type RunFile,
} from "../../lib/wire/data-files.ts";
import { SYSTEM_PREFIX } from "../charts/sections.ts";
import { formatCount, formatNumber, fullNumber } from "../format.ts";
import { groupByPrefix, matchesText, toggled } from "../run/key-groups.ts";
import { metricHref } from "../state/links.ts";
import { compareMetricKeys } from "../table/columns.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import { Block } from "./Block.tsx";
import { KeyGroupRow } from "./KeyGroupRow.tsx";
import { SearchInput } from "./SearchInput.tsx";
import { Sparkline } from "./Sparkline.tsx";
import "./MetricTable.css";

const SEARCH_FROM = 8;

/** A run's metrics with their last, least and greatest value. */
export function MetricTable({ run }: { run: RunFile }): JSX.Element {
  const [search, setSearch] = useState("");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set([SYSTEM_PREFIX]));
  const found = useMemo(() => {
    const matches = matchesText(search);
    return run.metrics
      .filter((metric) => matches(metric.key, ""))
      .sort((a, b) => compareMetricKeys(a.key, b.key));
  }, [run.metrics, search]);
  const isFolded = (prefix: string): boolean => search === "" && folded.has(prefix);
  if (run.metrics.length === 0) {
    return (
      <Block title={RUN_TEXTS.metrics} count={0}>
        <p class="block-note">{RUN_TEXTS.noMetrics}</p>
      </Block>
    );
  }
  return (
    <Block
      title={RUN_TEXTS.metrics}
      count={run.metrics.length}
      actions={
        run.metrics.length >= SEARCH_FROM && (
          <SearchInput
            small
            value={search}
            label={`${RUN_TEXTS.filter} metrics`}
            placeholder={RUN_TEXTS.filter}
            onInput={setSearch}
          />
        )
      }
    >
      <table class="key-table metric-table">
        <colgroup>
          <col />
          <col class="metric-table-spark" />
          <col class="metric-table-number" />
          <col class="metric-table-number" />
          <col class="metric-table-number" />
          <col class="metric-table-step" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">{RUN_TEXTS.key}</th>
            <th scope="col">
              <span class="sr-only">{RUN_TEXTS.trend}</span>
            </th>
            <th scope="col" class="is-number">
              {RUN_TEXTS.last}
            </th>
            <th scope="col" class="is-number">
              {RUN_TEXTS.min}
            </th>
            <th scope="col" class="is-number">
              {RUN_TEXTS.max}
            </th>
            <th scope="col" class="is-number">
              {RUN_TEXTS.step}
            </th>
          </tr>
        </thead>
        {groupByPrefix(found).map(({ prefix, entries }) => (
          <tbody key={prefix}>
            {prefix !== "" && (
              <KeyGroupRow
                prefix={prefix}
                count={entries.length}
                columns={6}
                isOpen={!isFolded(prefix)}
                onToggle={() => setFolded(toggled(folded, prefix))}
              />
            )}
            {!isFolded(prefix) &&
              entries.map((metric) => (
                <MetricRow key={metric.key} run={run} metric={metric} prefix={prefix} />
              ))}
          </tbody>
        ))}
      </table>
      {found.length === 0 && <p class="block-note">{RUN_TEXTS.noMatch}</p>}
    </Block>
  );
}

function MetricRow(props: { run: RunFile; metric: MetricEntry; prefix: string }): JSX.Element {
  const { run, metric, prefix } = props;
  const { runId, experimentId } = run.info;
  return (
    <tr>
      <td class={prefix === "" ? "key-table-key" : "key-table-key is-inner"} title={metric.key}>
        <a href={metricHref(metric.key, [runId], [experimentId])}>
          {metric.key.slice(prefix.length)}
        </a>
      </td>
      <td>
        {metric.count > 1 && <Sparkline runId={runId} metric={metric.key} count={metric.count} />}
      </td>
      <NumberCell value={metric.last} isMain />
      <NumberCell value={metric.min} />
      <NumberCell value={metric.max} />
      <td class="is-number muted" title={`${formatCount(metric.count)} points`}>
        {formatNumber(metric.step)}
      </td>
    </tr>
  );
}

function NumberCell({ value, isMain }: { value: JsonNumber; isMain?: boolean }): JSX.Element {
  const number = decodeNumber(value);
  return (
    <td
      class={isMain === true ? "is-number metric-table-last" : "is-number muted"}
      title={fullNumber(number)}
    >
      {formatNumber(number)}
    </td>
  );
}
