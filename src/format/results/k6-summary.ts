import type { CrossedLimit } from '../../model/run-event.ts';
import type { DocumentFormat, JsonNode } from './json-document.ts';
import { DROPPED, failedChecks } from './k6.ts';
import type { ResultSink } from './load-result.ts';
import { ALL, type Quantiles, quantiles, wallOf } from './summary-values.ts';

/**
 * k6's summary in its three forms: `--summary-export`, the data of handleSummary, and the machine-readable one of 1.5 and
 * later. Requests by name are in it where a threshold names them: `http_req_duration{name:home}` beside `http_reqs{name:home}`.
 */
export const k6Summary: DocumentFormat = {
  id: 'k6-summary',
  title: 'k6 summary',
  matches: (document) => k6Metrics(document).has('http_req_duration'),
  read: (document, sink) => {
    const metrics = k6Metrics(document);
    const durationOf = (metric: JsonNode | undefined): number | undefined => {
      const [count, rate] = [metric?.get('count').number, metric?.get('rate').number];
      return count !== undefined && rate ? (1000 * count) / rate : undefined;
    };
    const statedMs = document.get('state', 'testRunDurationMs').number;
    const durationMs =
      statedMs ?? durationOf(metrics.get('http_reqs')) ?? 1000 * (document.get('config', 'duration').number ?? 0);
    const generatedWallMs = wallOf(document.get('metadata', 'generatedAt').text);
    const named = [...metrics.keys()].flatMap((key) => {
      const tags = /^http_req_duration(\{name:[^}]*\})$/.exec(key)?.[1];
      return tags !== undefined && metrics.get(`http_reqs${tags}`)?.get('count').number ? [tags] : [];
    });
    sink.note('a summary of k6 has no course over time: k6 run --out json=FILE has one');
    const dropped = metrics.get(DROPPED)?.get('count').number ?? 0;
    for (const [i, tags] of (named.length > 0 ? named : ['']).entries()) {
      const count = metrics.get(`http_reqs${tags}`)?.get('count').number ?? 0;
      const failed = metrics.get(`http_req_failed${tags}`);
      const failedShare = failed?.get('rate').number ?? failed?.get('value').number ?? 0;
      sink.summary({
        name: tags === '' ? ALL : tags.slice('{name:'.length, -1),
        startWallMs: generatedWallMs === null ? null : generatedWallMs - durationMs,
        durationMs,
        count,
        errors: Math.round(failedShare * count),
        errorKinds: {},
        // k6 does not say of which request they were.
        ...(dropped > 0 && i === 0 ? { dropped } : {}),
        quantiles: k6Quantiles(metrics.get(`http_req_duration${tags}`)),
      });
    }
    for (const [name, metric] of rawMetrics(document)) {
      for (const limit of crossedThresholds(metric.get('thresholds'))) {
        sink.crossed({ name: `k6 ${name}`, limit, ...measuredBy(limit, metric) });
      }
    }
    checksVerdict(document, metrics, sink);
    if (isMachineReadable(document)) thresholdsVerdict(document, sink);
  },
};

/** Of 1.5 and later, `--new-machine-readable-summary`: metrics are a list, and rates have `matches` and `total`. */
function isMachineReadable(document: JsonNode): boolean {
  return document.get('results', 'metrics').list.length > 0;
}

/** The schema has gone through a form that says of all thresholds together whether they held; k6 1.5 writes nothing of them. */
function thresholdsVerdict(document: JsonNode, sink: ResultSink): void {
  const passed = document.get('results', 'passed').value;
  if (passed === false) sink.crossed({ name: 'k6', limit: 'its thresholds', measured: null, unit: '' });
  if (passed === undefined) sink.note(NO_THRESHOLDS);
}

const NO_THRESHOLDS =
  'the machine-readable summary of k6 has no thresholds: whether one was crossed is in --summary-export without --new-machine-readable-summary, and in the exit code of k6';

/** Of handleSummary `{ ok: false }`; of --summary-export `true`, which means crossed there. */
function crossedThresholds(thresholds: JsonNode): string[] {
  return thresholds.entries.flatMap(([text, node]) =>
    node.value === true || node.get('ok').value === false ? [text] : [],
  );
}

/** What the left side of a threshold was: `p(95)<10`, `rate<0.01`, which one form of the summary calls `value`. */
function measuredBy(limit: string, metric: JsonNode): Pick<CrossedLimit, 'measured' | 'unit'> {
  const what = /^\s*(\w+(?:\([\d.]+\))?)\s*[<>=!]/.exec(limit)?.[1] ?? '';
  const values = metric.get('values').exists ? metric.get('values') : metric;
  const number = values.get(what).number ?? (what === 'rate' ? values.get('value').number : undefined);
  const isTime = metric.get('contains').text === 'time' || values.get('med').exists;
  return { measured: number ?? null, unit: isTime ? 'ms' : '' };
}

/** Together in a metric, or one by one in the machine-readable form, where they are no metric. */
function checksVerdict(document: JsonNode, metrics: ReadonlyMap<string, JsonNode>, sink: ResultSink): void {
  const all = metrics.get('checks');
  const checks = all ? [all] : document.get('results', 'checks', 'results').list;
  const sum = (what: string): number => checks.reduce((total, check) => total + (check.get(what).number ?? 0), 0);
  const [passes, fails] = [sum('passes'), sum('fails')];
  if (fails > 0) sink.verdict(failedChecks(fails, fails + passes));
}

/** Metrics as the file has them, by name. */
function rawMetrics(document: JsonNode): readonly (readonly [name: string, metric: JsonNode])[] {
  return isMachineReadable(document)
    ? document.get('results', 'metrics').list.map((metric) => [metric.get('name').text ?? '', metric] as const)
    : document.get('metrics').entries;
}

/** The values of each metric, wherever this form of the summary keeps them. */
function k6Metrics(document: JsonNode): ReadonlyMap<string, JsonNode> {
  return new Map(
    rawMetrics(document).map(([name, metric]) => [name, metric.get('values').exists ? metric.get('values') : metric]),
  );
}

function k6Quantiles(latency: JsonNode | undefined): Quantiles {
  if (!latency) return [];
  return quantiles([
    [0, latency.get('min').number],
    [0.5, latency.get('med').number],
    ...latency.entries.flatMap(([name, node]) => {
      const percent = /^p\((\d+(?:\.\d+)?)\)$/.exec(name)?.[1];
      return percent === undefined ? [] : [[Number(percent) / 100, node.number] as const];
    }),
    [1, latency.get('max').number],
  ]);
}
