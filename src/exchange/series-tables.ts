import { METRICS, type MetricName } from '../model/metric-catalogue.ts';
import type { MetricInfo } from '../model/metric-info.ts';
import { printable, printableLines } from '../model/printable.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';
import type { MonoMs, WallMs } from '../model/units.ts';
import { Latencies } from '../stats/latencies.ts';

/** What is recorded of a run over time, for other tools. */
export interface RunSeries {
  readonly manifest: RunManifest;
  readonly samples: readonly Sample[];
  readonly requests: readonly RequestInterval[];
}

/** A file of series: its name after that of the run, and its text in pieces. */
export interface SeriesFile {
  readonly suffix: string;
  readonly text: () => Generator<string>;
}

export const SERIES_FORMATS = {
  /** Two tables: samples, a column a metric, and requests, a row per interval and name. */
  csv: (run: RunSeries): SeriesFile[] => [
    { suffix: '.samples.csv', text: () => samplesCsv(run) },
    { suffix: '.requests.csv', text: () => requestsCsv(run) },
  ],
  /** A JSON object a line: samples with their values, then requests with percentiles. */
  ndjson: (run: RunSeries): SeriesFile[] => [{ suffix: '.ndjson', text: () => ndjson(run) }],
  /** OpenMetrics text with time stamps, which `promtool tsdb create-blocks-from openmetrics` takes into Prometheus. */
  openmetrics: (run: RunSeries): SeriesFile[] => [{ suffix: '.om.txt', text: () => openMetrics(run) }],
} as const;

const PERCENTILES: readonly number[] = [50, 90, 95, 99];

function metricsOf(samples: readonly Sample[]): MetricName[] {
  const present = new Set(samples.flatMap(({ values }) => Object.keys(values)));
  return (Object.keys(METRICS) as MetricName[]).filter((name) => present.has(name));
}

function* samplesCsv({ samples }: RunSeries): Generator<string> {
  const names = metricsOf(samples);
  yield csvLine(['time', 'monotonic_ms', 'segment', ...names]);
  for (const { wallMs, monoMs, segment, values } of samples) {
    yield csvLine([new Date(wallMs).toISOString(), monoMs, segment, ...names.map((name) => values[name] ?? '')]);
  }
}

function* requestsCsv(run: RunSeries): Generator<string> {
  const heads = PERCENTILES.map((percentile) => `p${percentile}_ms`);
  yield csvLine(['time', 'length_ms', 'request', 'count', 'errors', 'dropped', ...heads, 'max_ms']);
  for (const row of requestRows(run)) {
    const { wallMs, lengthMs, name, count, errors, dropped, percentilesMs, maxMs } = row;
    yield csvLine([
      new Date(wallMs).toISOString(),
      lengthMs,
      name,
      count,
      errors,
      dropped,
      ...percentilesMs.map((ms) => ms ?? ''),
      maxMs ?? '',
    ]);
  }
}

function* ndjson(run: RunSeries): Generator<string> {
  for (const { wallMs, segment, values } of run.samples) {
    yield jsonLine({ type: 'sample', time: new Date(wallMs).toISOString(), segment, values });
  }
  for (const { wallMs, lengthMs, name, count, errors, dropped, percentilesMs, maxMs } of requestRows(run)) {
    const latencyMs = Object.fromEntries(
      PERCENTILES.map((percentile, i) => [`p${percentile}`, percentilesMs[i] ?? null]),
    );
    yield jsonLine({
      type: 'requests',
      time: new Date(wallMs).toISOString(),
      lengthMs,
      name,
      count,
      errors,
      dropped,
      latencyMs: { ...latencyMs, max: maxMs },
    });
  }
}

/** Base units of Prometheus: seconds, bytes, ratios. */
const UNITS: Readonly<Record<MetricInfo['unit'], { readonly suffix: string; readonly scale: number }>> = {
  ms: { suffix: '_seconds', scale: 0.001 },
  bytes: { suffix: '_bytes', scale: 1 },
  percent: { suffix: '_ratio', scale: 0.01 },
  share: { suffix: '_ratio', scale: 1 },
  count: { suffix: '', scale: 1 },
};

/** One family after another, as the format requires. A sample of a series never comes before an earlier one. */
function* openMetrics(run: RunSeries): Generator<string> {
  const label = `run=${quoted(run.manifest.id)}`;
  for (const name of metricsOf(run.samples)) {
    const { title, unit, kind } = METRICS[name];
    const { suffix, scale } = UNITS[unit];
    const family = `profiler_${name.replace(/[^a-z0-9]+/gi, '_').toLowerCase()}${suffix}`;
    yield `# HELP ${family} ${title}\n# TYPE ${family} ${kind}\n`;
    for (const { wallMs, segment, values } of run.samples) {
      const value = values[name];
      if (value === undefined) continue;
      yield `${family}${kind === 'counter' ? '_total' : ''}{${label},segment="${segment}"} ${value * scale} ${wallMs / 1000}\n`;
    }
  }
  const rows = [...requestRows(run)].toSorted((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.wallMs - b.wallMs,
  );
  const families: readonly (readonly [
    name: string,
    help: string,
    value: (row: RequestRow) => readonly (readonly [labels: string, value: number | null])[],
  ])[] = [
    ['profiler_requests', 'Requests completed in the interval that ends here', ({ count }) => [['', count]]],
    ['profiler_request_errors', 'Requests that failed in the interval that ends here', ({ errors }) => [['', errors]]],
    [
      'profiler_request_duration_seconds',
      'Latency of the interval that ends here, by percentile',
      ({ percentilesMs }) =>
        percentilesMs.map(
          (ms, i) => [`,quantile="${(PERCENTILES[i] ?? 0) / 100}"`, ms === null ? null : ms / 1000] as const,
        ),
    ],
  ];
  for (const [family, help, values] of rows.length > 0 ? families : []) {
    yield `# HELP ${family} ${help}\n# TYPE ${family} gauge\n`;
    for (const row of rows) {
      for (const [labels, value] of values(row)) {
        if (value !== null)
          yield `${family}{${label},request=${quoted(row.name)}${labels}} ${value} ${(row.wallMs + row.lengthMs) / 1000}\n`;
      }
    }
  }
  yield '# EOF\n';
}

interface RequestRow {
  readonly wallMs: WallMs;
  readonly lengthMs: number;
  readonly name: string;
  readonly count: number;
  readonly errors: number;
  readonly dropped: number;
  readonly percentilesMs: readonly (number | null)[];
  readonly maxMs: number | null;
}

function* requestRows({ requests, manifest }: RunSeries): Generator<RequestRow> {
  const toWall = (monoMs: MonoMs): WallMs =>
    Math.round(monoMs - manifest.clock.startMonoMs + manifest.clock.startWallMs);
  for (const { startMonoMs, endMonoMs, name, count, errors, dropped, intended } of requests) {
    const latencies = new Latencies();
    latencies.add(intended);
    const percentilesMs = PERCENTILES.map((percentile) => latencies.atPercentile(percentile));
    const maxMs = latencies.count > 0 ? latencies.maxMs : null;
    yield {
      wallMs: toWall(startMonoMs),
      lengthMs: Math.round(endMonoMs - startMonoMs),
      name,
      count,
      errors,
      dropped,
      percentilesMs,
      maxMs,
    };
  }
}

function jsonLine(value: object): string {
  return `${printableLines(JSON.stringify(value))}\n`;
}

/** A cell that a spreadsheet would take for a formula is quoted with an apostrophe in front. */
function csvLine(cells: readonly (string | number)[]): string {
  const texts = cells.map((cell) => {
    const text = typeof cell === 'string' && /^[=+@\t\r-]/.test(cell) ? `'${cell}` : String(cell);
    const shown = printable(text);
    return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  });
  return `${texts.join(',')}\n`;
}

function quoted(text: string): string {
  return `"${printable(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
